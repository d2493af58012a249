/** Sums of money that come out to the cent: 0.1 + 0.2 is 0.3. */

/** A running sum of decimal numbers, exact whatever their order and number of decimals. */
export class DecimalSum {
  private units = 0n;
  private decimals = 0;

  /** Adds the number as it is written in decimal, not its binary neighbour. */
  add(value: number): void {
    const [mantissa = '0', exponent = '0'] = String(value).split('e');
    const [whole = '0', fraction = ''] = mantissa.split('.');
    const decimals = Math.max(0, fraction.length - Number(exponent));
    const units = BigInt(whole + fraction) * 10n ** BigInt(decimals - fraction.length + Number(exponent));
    const finest = Math.max(this.decimals, decimals);
    this.units = this.units * 10n ** BigInt(finest - this.decimals) + units * 10n ** BigInt(finest - decimals);
    this.decimals = finest;
  }

  toNumber(): number {
    return Number(`${this.units}e-${this.decimals}`);
  }
}
