declare module "nspell" {
  interface Spell {
    /** Whether the word is in the dictionary, its inflections and compounds included. */
    correct(word: string): boolean;
  }
  function nspell(aff: Buffer, dic: Buffer): Spell;
  export = nspell;
}
