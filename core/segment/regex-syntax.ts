/** Reads a regular expression that JavaScript has accepted (without the u flag) into nodes, for counting only. */

/** A set of characters: one bit for each of ASCII, and one for all others together. */
export type Characters = bigint;

export type PatternNode =
  | { kind: 'characters'; set: Characters }
  | { kind: 'assertion'; atStart: boolean; atEnd: boolean }
  | { kind: 'sequence'; parts: PatternNode[] }
  | { kind: 'choice'; options: PatternNode[] }
  | { kind: 'repeat'; body: PatternNode; min: number; max: number };

const OTHERS = 1n << 128n;
const ALL: Characters = (1n << 129n) - 1n;
const DIGITS = range('0', '9');
const WORD = DIGITS | range('a', 'z') | range('A', 'Z') | bit('_');
const SPACE = [...'\t\n\v\f\r '].reduce((set, space) => set | bit(space), OTHERS);
const LINE_ENDS = bit('\n') | bit('\r');

/** `\D`, `\W` and `\S` hold the other characters; `\s` holds some of them. */
const CLASSES: Readonly<Record<string, Characters>> = {
  d: DIGITS, D: ALL & ~DIGITS, w: WORD, W: ALL & ~WORD, s: SPACE, S: (ALL & ~SPACE) | OTHERS,
};
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', 0: '\0', b: '\b' };

/** The pattern as nodes; undefined where it holds a back reference or look-around. */
export function parsePattern(source: string, fold: boolean): PatternNode | undefined {
  const reader = new PatternReader(source, fold);
  const node = reader.choice();
  return reader.uncountable ? undefined : node;
}

class PatternReader {
  uncountable = false;
  private at = 0;

  constructor(private readonly source: string, private readonly fold: boolean) {}

  choice(): PatternNode {
    const options = [this.sequence()];
    while (this.take('|')) options.push(this.sequence());
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this.source.length && !this.sees('|') && !this.sees(')')) parts.push(this.repeated(this.atom()));
    return { kind: 'sequence', parts };
  }

  private repeated(body: PatternNode): PatternNode {
    const match = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(this.source.slice(this.at));
    if (match === null) return body;
    this.at += match[0].length;
    const [text, least, comma, most] = match;
    if (least === undefined) {
      return { kind: 'repeat', body, min: text.startsWith('+') ? 1 : 0, max: text.startsWith('?') ? 1 : Infinity };
    }
    const min = Number(least);
    return { kind: 'repeat', body, min, max: comma === undefined ? min : most === '' ? Infinity : Number(most) };
  }

  private atom(): PatternNode {
    if (this.take('(')) return this.group();
    if (this.take('[')) return { kind: 'characters', set: this.characterClass() };
    if (this.take('^')) return { kind: 'assertion', atStart: true, atEnd: false };
    if (this.take('$')) return { kind: 'assertion', atStart: false, atEnd: true };
    if (this.take('.')) return { kind: 'characters', set: ALL & ~LINE_ENDS };
    if (this.take('\\')) return this.escape();
    return { kind: 'characters', set: this.one(this.next()) };
  }

  private group(): PatternNode {
    if (this.take('?')) {
      const name = /^<[^=!>][^>]*>/.exec(this.source.slice(this.at));
      if (name !== null) this.at += name[0].length;
      else if (!this.take(':')) {
        this.uncountable = true;
        // Past the sign of the look-around, so that the rest still parses.
        this.take('<');
        this.at++;
      }
    }
    const node = this.choice();
    this.take(')');
    return node;
  }

  private escape(): PatternNode {
    const letter = this.source[this.at] ?? '';
    if (letter === 'b' || letter === 'B') {
      this.at++;
      return { kind: 'assertion', atStart: false, atEnd: false };
    }
    if (/[1-9]/.test(letter) || (letter === 'k' && this.source[this.at + 1] === '<')) this.uncountable = true;
    return { kind: 'characters', set: this.escaped().set };
  }

  private characterClass(): Characters {
    const negated = this.take('^');
    let set: Characters = 0n;
    while (this.at < this.source.length && !this.take(']')) {
      const low = this.classAtom();
      if (this.sees('-') && this.source[this.at + 1] !== ']' && low.code !== undefined) {
        this.at++;
        const high = this.classAtom();
        set |= high.code === undefined ? low.set | high.set | bit('-') : this.between(low.code, high.code);
      } else set |= low.set;
    }
    // A class that excludes some of the other characters still holds the rest of them.
    return negated ? (ALL & ~set) | OTHERS : set;
  }

  private classAtom(): { set: Characters; code?: number } {
    if (this.take('\\')) return this.escaped();
    const character = this.next();
    return { set: this.one(character), code: character.charCodeAt(0) };
  }

  /** What a backslash and its letters stand for; `\b` is a backspace here, as in a class. */
  private escaped(): { set: Characters; code?: number } {
    const hex = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/i.exec(this.source.slice(this.at));
    if (hex !== null) {
      this.at += hex[0].length;
      const character = String.fromCharCode(Number.parseInt(hex[1] ?? hex[2] ?? '', 16));
      return { set: this.one(character), code: character.charCodeAt(0) };
    }
    const letter = this.next();
    const known = CLASSES[letter];
    if (known !== undefined) return { set: known };
    // Control letters, octal numbers and other leftovers of the old syntax: any character, to be on the safe side.
    const octal = /[1-9]/.test(letter) || (letter === '0' && /[0-7]/.test(this.source[this.at] ?? ''));
    if (letter === 'c' || octal) return { set: ALL };
    const character = CONTROLS[letter] ?? letter;
    return { set: this.one(character), code: character.charCodeAt(0) };
  }

  private between(low: number, high: number): Characters {
    let set: Characters = high > 127 ? OTHERS : 0n;
    for (let code = low; code <= Math.min(high, 127); code++) set |= this.one(String.fromCharCode(code));
    return set;
  }

  private one(character: string): Characters {
    return this.fold ? bit(character) | bit(character.toLowerCase()) | bit(character.toUpperCase()) : bit(character);
  }

  private sees(character: string): boolean {
    return this.source[this.at] === character;
  }

  private take(character: string): boolean {
    if (!this.sees(character)) return false;
    this.at++;
    return true;
  }

  private next(): string {
    return this.source[this.at++] ?? '';
  }
}

function bit(character: string): Characters {
  const code = character.charCodeAt(0);
  return code < 128 ? 1n << BigInt(code) : OTHERS;
}

function range(low: string, high: string): Characters {
  let set: Characters = 0n;
  for (let code = low.charCodeAt(0); code <= high.charCodeAt(0); code++) set |= 1n << BigInt(code);
  return set;
}
