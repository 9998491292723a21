/**
 * Plain words with what a tired writer may put in their place: [plain, clumsy], lower case. A list of its own, not the
 * reverse of any proposer's: a proposer knows some of these and not others, as with a person's own habits.
 */
type Pairs = readonly (readonly [string, string])[];

/** Wordy: more words for the same. */
export const WORDY: Pairs = [
  ["to", "in order to"],
  ["because", "due to the fact that"],
  ["since", "in view of the fact that"],
  ["although", "despite the fact that"],
  ["now", "at this point in time"],
  ["if", "in the event that"],
  ["about", "with regard to"],
  ["many", "a large number of"],
  ["most", "the vast majority of"],
  ["several", "a certain number of"],
  ["before", "prior to"],
  ["after", "subsequent to"],
  ["until", "until such time as"],
  ["can", "has the ability to"],
  ["near", "in close proximity to"],
  ["often", "on a regular basis"],
  ["soon", "in the near future"],
  ["always", "at all times"],
  ["while", "during the time that"],
  ["without", "in the absence of"],
  ["whether", "as to whether"],
  ["enough", "a sufficient amount of"],
  ["every", "each and every"],
  ["use", "utilize"],
  ["start", "commence"],
  ["help", "be of assistance to"],
  ["again", "on another occasion"],
  ["sometimes", "on some occasions"],
  ["must", "is under an obligation to"],
  ["later", "at a later date"],
  ["like", "in the manner of"],
  ["between", "in the space between"],
];

/** Style: the tone slips. */
export const SLIPS: Pairs = [
  ["very", "really very"],
  ["important", "super important"],
  ["good", "pretty good"],
  ["going to", "gonna"],
  ["children", "kids"],
  ["through", "thru"],
  ["do not", "don't"],
  ["does not", "doesn't"],
  ["is not", "isn't"],
  ["cannot", "can't"],
  ["large", "super big"],
  ["people", "folks"],
  ["great", "awesome"],
  ["difficult", "kind of hard"],
  ["something", "some kind of thing"],
];

/** Coherence: a link between parts said twice. */
export const CONNECTIVES: Pairs = [
  ["but", "but however"],
  ["and", "and also"],
  ["so", "so therefore"],
  ["or", "or alternatively"],
  ["then", "then afterwards"],
  ["also", "also in addition"],
];
