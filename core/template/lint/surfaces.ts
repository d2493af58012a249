/** Where a text is seen, and how many characters (as people see them) of it fit. docs/copy.md shows the same table. */

const BRAZE = 'https://www.braze.com/docs/help/best_practices/push/message_format/';
const NETMERA = 'https://user.netmera.com/netmera-user-guide/omnichannel-engagement/mobile-push/elements-of-push-notifications';
const XTREMEPUSH = 'https://docs.xtremepush.com/docs/push-notifications-creative-guidelines';

export interface Surface {
  id: string;
  field: 'title' | 'body';
  characters: number;
  lines: number;
  source: string;
  /** Up to this share of people a text may be cut there without being worth a finding. */
  tolerated: number;
}

/**
 * Rules of thumb: font size, phone and image move them. Of several published figures the smaller one. One line and a
 * banner cut most texts, which is no mistake as long as what matters stands first: they are counted and not found fault with.
 */
export const SURFACES: readonly Surface[] = [
  { id: 'title', field: 'title', characters: 50, lines: 1, source: NETMERA, tolerated: 0.05 },
  { id: 'android-collapsed', field: 'body', characters: 49, lines: 1, source: BRAZE, tolerated: 1 },
  { id: 'ios-banner', field: 'body', characters: 62, lines: 2, source: BRAZE, tolerated: 1 },
  { id: 'ios-lock-screen', field: 'body', characters: 110, lines: 4, source: BRAZE, tolerated: 0.05 },
  { id: 'anywhere', field: 'body', characters: 150, lines: 4, source: XTREMEPUSH, tolerated: 0 },
  { id: 'android-expanded', field: 'body', characters: 597, lines: 8, source: BRAZE, tolerated: 0 },
];
