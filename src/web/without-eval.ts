import type { Plugin } from "vite";

/** What makes functions from text, and the same as closures. */
const REPLACEMENTS: readonly (readonly [from: string, to: string])[] = [
  [
    "var invokerFn = new Function(...args, invokerFnBody)(...closureArgs);",
    `var invokerFn = function (...given) {
        checkArgCount(given.length, minArgs, expectedArgCount, humanName, throwBindingError);
        var destructors = needsDestructorStack ? [] : null;
        var wired = [];
        if (isClassMethodFunc) wired.push(argTypes[1].toWireType(destructors, this));
        for (var k = 0; k < expectedArgCount; ++k)
          wired.push(argTypes[k + 2].toWireType(destructors, given[k]));
        var rv = cppInvokerFunc(cppTargetFunc, ...wired);
        if (needsDestructorStack) runDestructors(destructors);
        else {
          var first = isClassMethodFunc ? 1 : 2;
          for (var k = first; k < argTypes.length; ++k)
            if (argTypes[k].destructorFunction !== null)
              argTypes[k].destructorFunction(wired[k - first]);
        }
        if (returns) return argTypes[0].fromWireType(rv);
      };`,
  ],
  [
    "var invokerFunction = new Function(...params, functionBody)(...args);",
    `var invokerFunction = function (obj, func, destructorsRef, args) {
        var offset = 0;
        var given = types.map((type) => {
          var value = type.readValueFromPointer(args + offset);
          offset += type.argPackAdvance;
          return value;
        });
        if (kind === 0) given.unshift(obj);
        var rv = kind === 1 ? new func(...given) : func.call(...given);
        if (!retType.isVoid) return emval_returnValue(retType, destructorsRef, rv);
      };`,
  ],
];

/**
 * The physics engine's glue code without functions made from text, which the page's policy forbids.
 * Throws where it is not the code this was written for.
 */
export function withoutEval(code: string): string {
  const replaced = REPLACEMENTS.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the engine's glue code has no "${from}"`);
    return text.replace(from, () => to);
  }, code);
  if (/\bnew Function\(/.test(replaced))
    throw new Error("the engine's glue code still makes functions");
  return replaced;
}

export const engineWithoutEval = (): Plugin => ({
  name: "engine-without-eval",
  transform(code, id) {
    return /\/@mujoco\/mujoco\/mujoco\.js$/.test(id)
      ? { code: withoutEval(code), map: null }
      : null;
  },
});
