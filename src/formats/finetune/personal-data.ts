/** Finds what names or reaches a person in a text. A scan, not a promise: names and addresses are not looked for. */

export type PersonalKind = "e-mail" | "phone" | "card" | "IBAN";

export interface PersonalFinding {
  readonly kind: PersonalKind;
  /** What was found, all but its ends hidden: a report must not spread it. */
  readonly masked: string;
}

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu;
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g;
const DIGITS = /(?<![\p{L}\p{N}.,:/-])\+?\(?\d(?:[ ().-]{0,2}\d){6,18}(?![\p{L}\p{N}])/gu;
const [CARD_DIGITS_MIN, CARD_DIGITS_MAX] = [13, 19];
const PHONE_DIGITS_MAX = 15;

/** The check digit of card numbers (Luhn 1960, ISO/IEC 7812-1). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The check digits of account numbers: 1 modulo 97, letters as numbers from 10 (ISO 13616). */
export function passesMod97(iban: string): boolean {
  const moved = `${iban.slice(4)}${iban.slice(0, 4)}`;
  let rest = 0;
  for (const character of moved) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

const masked = (text: string): string =>
  text.length <= 4 ? "…" : `${text.slice(0, 2)}…${text.slice(-2)}`;

/** A number that somebody is called by: with a country code, or grouped as no quantity is. */
const looksDialled = (text: string, digits: string): boolean =>
  digits.length <= PHONE_DIGITS_MAX &&
  (text.startsWith("+") || (text.startsWith("0") && digits.length >= 9) || text.startsWith("("));

export function personalData(text: string): PersonalFinding[] {
  const found: PersonalFinding[] = [];
  if (text.includes("@"))
    for (const [email] of text.matchAll(EMAIL))
      found.push({ kind: "e-mail", masked: masked(email) });
  if (!/\d{2}/.test(text) && !/\d[ ().-]\d/.test(text)) return found;
  const rest = text.replace(IBAN, (candidate) => {
    if (!passesMod97(candidate.replaceAll(" ", ""))) return candidate;
    found.push({ kind: "IBAN", masked: masked(candidate) });
    return " ";
  });
  for (const [candidate] of rest.matchAll(DIGITS)) {
    const digits = candidate.replace(/\D/g, "");
    const card = digits.length >= CARD_DIGITS_MIN && digits.length <= CARD_DIGITS_MAX;
    if (card && !candidate.startsWith("+") && passesLuhn(digits))
      found.push({ kind: "card", masked: masked(candidate) });
    else if (looksDialled(candidate, digits))
      found.push({ kind: "phone", masked: masked(candidate) });
  }
  return found;
}
