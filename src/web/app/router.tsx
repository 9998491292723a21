/** Every screen has an address that restores it exactly; each is loaded when it is first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { NoSuchScreen, ScreenFailure } from "./screen-failure.tsx";
import {
  AGGREGATES,
  CORRECTORS,
  FAMILIES,
  LANGUAGE_VIEWS,
  ORDERS,
  REWRITE_STATES,
  ROBOT_PANELS,
  STATES,
  STATUSES,
  TABS,
  WRITING_PANELS,
} from "./search.ts";
import { Shell } from "./shell.tsx";

/** The value where it is one of those allowed: an address may hold anything. */
function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

/** What was searched for; a number where it looks like one in the address. */
const words = (value: unknown): string | undefined => {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text !== "" ? text : undefined;
};

/** The search parameters that are there, without the undefined ones. */
function present<T extends Record<string, unknown>>(values: T) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const rootRoute = createRootRoute({
  component: Shell,
  errorComponent: ScreenFailure,
  notFoundComponent: NoSuchScreen,
});

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: (search: Record<string, unknown>) =>
    present({ all: search.all === true || search.all === "true" ? true : undefined }),
  component: lazyRouteComponent(() => import("#web/screens/home/home.tsx"), "Home"),
});

const inboxRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/p/$projectId/inbox/{-$itemId}",
  validateSearch: (search: Record<string, unknown>) =>
    present({
      order: oneOf(ORDERS, search.order),
      state: oneOf(STATES, search.state),
      view: oneOf(["html"] as const, search.view),
    }),
  component: lazyRouteComponent(() => import("#web/screens/inbox/inbox.tsx"), "Inbox"),
});

const projectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/p/$projectId",
  component: lazyRouteComponent(() => import("#web/screens/project/project.tsx"), "ProjectScreen"),
});

const writingRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/p/$projectId/writing/{-$documentId}",
  validateSearch: (search: Record<string, unknown>) =>
    present({
      edit: words(search.edit),
      panel: oneOf(WRITING_PANELS, search.panel),
      version: Number.isInteger(search.version) ? Number(search.version) : undefined,
    }),
  component: lazyRouteComponent(() => import("#web/screens/writing/writing.tsx"), "Writing"),
});

const rewritesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/p/$projectId/rewrites/{-$ruleId}",
  validateSearch: (search: Record<string, unknown>) =>
    present({ state: oneOf(REWRITE_STATES, search.state), q: words(search.q) }),
  component: lazyRouteComponent(() => import("#web/screens/rewrites/rewrites.tsx"), "Rewrites"),
});

const robotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/p/$projectId/robot/{-$episodeId}",
  validateSearch: (search: Record<string, unknown>) =>
    present({
      panel: oneOf(ROBOT_PANELS, search.panel),
      policy: words(search.policy),
      world: words(search.world),
      seed: words(search.seed),
    }),
  component: lazyRouteComponent(() => import("#web/screens/robot/robot.tsx"), "Robot"),
});

/** A number of the address, where it is one. */
const amount = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

const languageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/p/$projectId/language",
  validateSearch: (search: Record<string, unknown>) =>
    present({
      view: oneOf(LANGUAGE_VIEWS, search.view),
      aggregate: oneOf(AGGREGATES, search.aggregate),
      lambda: amount(search.lambda),
      q: words(search.q),
      run: words(search.run),
      a: words(search.a),
      b: words(search.b),
    }),
  component: lazyRouteComponent(() => import("#web/screens/language/language.tsx"), "Language"),
});

const systemsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/systems",
  validateSearch: (search: Record<string, unknown>) =>
    present({
      family: oneOf(FAMILIES, search.family),
      corrector: oneOf(CORRECTORS, search.corrector),
      status: oneOf(STATUSES, search.status),
      q: words(search.q),
    }),
  component: lazyRouteComponent(() => import("#web/screens/systems/gallery.tsx"), "Gallery"),
});

const systemRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/systems/$systemId",
  validateSearch: (search: Record<string, unknown>) => present({ tab: oneOf(TABS, search.tab) }),
  component: lazyRouteComponent(() => import("#web/screens/systems/system.tsx"), "SystemScreen"),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    inboxRoute,
    projectRoute,
    writingRoute,
    rewritesRoute,
    robotRoute,
    languageRoute,
    systemsRoute,
    systemRoute,
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: ScreenFailure,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
