/** The pace of a run: a message leaves when each of its limits has a permit for it. */
import { randomUUID } from 'node:crypto';
import { Allowance, MACHINE_CLOCK, type PaceClock } from './allowance';
import { DeviceRates } from './device-rates';
import type { RateOptions, VendorRate } from './options';
import { localPermits, type PermitSource } from './permits';
import { quarterHourWait } from './quarter-hours';

/** Buckets that a gateway remembers at most: with a name a campaign they would grow without end. */
const MOST_ALLOWANCES = 100;

/** The limits of a gateway, which all its runs share. */
export class PaceMaker {
  private readonly allowances = new Map<string, Allowance>();
  private readonly devices = new DeviceRates();

  /**
   * @param bucket names what the vendor limits, once it is known
   * @param wake called when a message may leave that could not
   */
  constructor(
    private readonly bucket: () => string,
    private readonly vendor: VendorRate,
    private readonly wallClock: () => number,
    private readonly wake: () => void,
    private readonly clock: PaceClock = MACHINE_CLOCK,
  ) {}

  pace(options: RateOptions = {}): Pace {
    return new Pace(options, { ...this.vendor, ...options }, this);
  }

  /** The limit of the project or app. */
  shared({ perMinute, rampMs = 0, permits }: VendorRate & RateOptions): Allowance | undefined {
    return perMinute === undefined ? undefined : this.limit(this.bucket(), perMinute, rampMs, permits);
  }

  /** Undefined where the rate limits nothing. */
  limit(bucket: string, perMinute: number, rampMs: number, permits?: PermitSource): Allowance | undefined {
    return perMinute === Infinity ? undefined : this.allowance(bucket, perMinute, rampMs, permits);
  }

  private allowance(bucket: string, perMinute: number, rampMs: number, permits: PermitSource = localPermits): Allowance {
    const key = JSON.stringify([bucket, perMinute, rampMs]);
    const known = this.allowances.get(key);
    const allowance = known?.permits === permits ? known : new Allowance(bucket, perMinute, rampMs, permits, this.clock, this.wake);
    this.allowances.delete(key);
    this.allowances.set(key, allowance);
    const [oldest] = this.allowances.keys();
    if (this.allowances.size > MOST_ALLOWANCES && oldest !== undefined) this.allowances.delete(oldest);
    return allowance;
  }

  /** 0, or ms until the device may be sent to. */
  device(token: string, perMinute: number): number {
    return this.devices.take(token, perMinute, this.clock.now());
  }

  /** 0 outside the peaks; inside, ms until it ends, and `wake` is called then. */
  quarterHour(): number {
    const wait = quarterHourWait(this.wallClock());
    if (wait > 0) this.clock.after(wait, this.wake);
    return wait;
  }
}

export class Pace {
  private own: Allowance[] | undefined;
  private vendor: Allowance | undefined;
  private peakUntil = 0;

  constructor(private readonly options: RateOptions, private readonly rate: VendorRate & RateOptions, private readonly maker: PaceMaker) {}

  /** Whether a message may leave now; where not, the gateway's runs are woken when one may. */
  get isReady(): boolean {
    if (this.rate.avoidQuarterHours === true && this.isPeak) return false;
    return this.limits.every((limit) => limit.isReady);
  }

  /** A message leaves; {@link isReady} said that it may. */
  take(): void {
    for (const limit of this.limits) limit.take();
  }

  /** 0, and the message counts as sent to its device; or the wait (ms) until that device may get one. */
  deviceWait(device: string | undefined): number {
    const { devicePerMinute } = this.rate;
    return device === undefined || devicePerMinute === undefined || devicePerMinute === Infinity ? 0 : this.maker.device(device, devicePerMinute);
  }

  /** The gateway asked for a rest: all processes that share its bucket keep it. */
  rest(ms: number): void {
    if (this.limits.length > 0) this.vendor?.close(ms);
  }

  /** Made when first needed: only then every credential knows its project. */
  private get limits(): readonly Allowance[] {
    if (this.own !== undefined) return this.own;
    const { campaign, spread, permits } = this.options;
    this.vendor = this.maker.shared(this.rate);
    this.own = [
      this.vendor,
      campaign && this.maker.limit(`campaign:${campaign.name}`, campaign.perMinute, 0, permits),
      spread && this.maker.limit(`run:${randomUUID()}`, (spread.messages / spread.overMs) * 60_000, 0),
    ].filter((limit) => limit !== undefined);
    return this.own;
  }

  private get isPeak(): boolean {
    const now = performance.now();
    if (now < this.peakUntil) return true;
    const wait = this.maker.quarterHour();
    this.peakUntil = now + wait;
    return wait > 0;
  }
}
