/** A gateway: the connections, the credential and the protocol of one vendor, and the runs that share them. */
import { PushError } from '../errors';
import type { GatewayType } from '../recipient';
import type { Credential } from './auth/credential';
import { Overload } from './breaker/overload';
import { checkWords } from './check';
import type { CredentialCheck, Gateway, GatewayMessage, GatewayResult, SendOptions } from './gateway';
import { Pool, type PoolOptions } from './http2/pool';
import type { Answer, WireRequest } from './http2/exchange';
import type { Line } from './line';
import { harmless, type DeliveryListener } from './listener';
import { LoopLoad } from './loop-load';
import type { Protocol } from './protocol';
import type { VendorRate } from './rate/options';
import { PaceMaker } from './rate/pace';
import { Sender } from './sender';
import { sendLimits } from './send-limits';

export interface GatewayParts {
  protocol: Protocol;
  credential: Credential;
  pool: PoolOptions;
  now: () => number;
  /** Names what the vendor limits, and what it asks of everybody. */
  rate: { bucket: () => string; vendor: VendorRate };
  listener?: DeliveryListener;
  /** A message that reaches no phone, how it is written, and what it proves, in words. */
  probe: { protocol: Protocol; message: GatewayMessage; names: string };
}

const CHECK_TIMEOUT_MS = 10_000;
/** Messages of one run that go before it is another one's turn. */
const TURN = 10;
/** A connection test does not wait behind a campaign. */
const NO_LIMIT = { perMinute: Infinity, devicePerMinute: Infinity };

export class VendorGateway implements Gateway {
  readonly type: GatewayType;
  protected readonly line: Line;
  private readonly running = new Set<Sender>();
  private readonly pools: Pool[] = [];
  private readonly listener: DeliveryListener | undefined;
  private readonly window: number;
  private readonly load = new LoopLoad();
  private waking: NodeJS.Immediate | undefined;
  private closed = false;

  constructor(protected readonly parts: GatewayParts) {
    const { protocol, credential, now, pool, rate } = parts;
    this.listener = parts.listener && harmless(parts.listener, 'The listener of a gateway');
    this.type = protocol.type;
    this.window = pool.mostSessions * pool.mostStreams;
    const wake = () => this.wake();
    this.line = {
      protocol,
      credential,
      pool: this.openPool(pool),
      pace: new PaceMaker(rate.bucket, rate.vendor, now, wake),
      overload: new Overload(),
      listener: this.listener,
      now,
      random: pool.random,
      pausedUntil: 0,
      wake,
      wakeSoon: (sound) => this.wakeSoon(sound),
    };
  }

  send(messages: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>, options: SendOptions = {}): AsyncIterable<GatewayResult> {
    return this.run(this.line, messages, options);
  }

  check(): Promise<CredentialCheck> {
    return this.checkWith(this.parts.credential, this.parts.probe.names);
  }

  /** @param names what is right where the test succeeds */
  protected async checkWith(credential: Credential, names: string): Promise<CredentialCheck> {
    const { protocol, message } = this.parts.probe;
    const results = this.run({ ...this.line, credential, protocol, listener: undefined }, [message], { attempts: 1, timeoutMs: CHECK_TIMEOUT_MS, rate: NO_LIMIT });
    const { value } = await results.next();
    await results.return(undefined);
    return checkWords(this.type, value as GatewayResult, names, this.parts.pool.origin);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const sender of this.running) sender.stop();
    await Promise.all(this.pools.map((pool) => pool.close()));
  }

  /** Connections that are closed with the gateway. */
  protected openPool(options: PoolOptions): Pool {
    const pool: Pool = new Pool(options, {
      room: () => this.wake(),
      unreachable: () => {
        for (const sender of this.running) if (sender.uses(pool)) sender.unreachable();
      },
      event: (event) => this.listener?.({ gateway: this.type, event: 'connection', ...event }),
    });
    this.pools.push(pool);
    return pool;
  }

  /**
   * Runs take turns for places and permits, a few messages each: a message on its own does not wait behind a campaign. Who had
   * a turn comes after the others the next time, too, so that single permits go around.
   */
  private wake(): void {
    let waiting = [...this.running];
    while (waiting.length > 0) {
      const most = waiting.length === 1 ? Infinity : TURN;
      waiting = waiting.filter((sender) => {
        const launched = sender.pump(most);
        if (launched > 0 && this.running.delete(sender)) this.running.add(sender);
        return launched === most;
      });
    }
  }

  /**
   * Answers come many at a time. In a busy process what they make room for goes out together, when all of them are read:
   * that takes a tenth less time. In one that waits for its gateway a free place is filled at once,
   * unless a stream broke off: its whole connection may be gone, which shows only when the event loop comes around.
   */
  private wakeSoon(sound: boolean): void {
    if (this.waking !== undefined) return;
    if (sound && !this.load.isBusy) return this.wake();
    this.waking = setImmediate(() => {
      this.waking = undefined;
      this.wake();
    });
  }

  /** One request beside sending, with all that sending has: sign-in, retries, deadline. @throws PushError of the outcome table */
  protected async call(line: Line, request: WireRequest, options: SendOptions = {}): Promise<Answer> {
    let answer: Answer | undefined;
    const protocol: Protocol = {
      ...line.protocol,
      write: () => request,
      read: (one, message) => {
        answer = one;
        return line.protocol.read(one, message);
      },
    };
    const results = this.run({ ...line, protocol, listener: undefined }, [{ id: 'call', payload: {} }], { ...options, rate: NO_LIMIT });
    const { value } = await results.next();
    await results.return(undefined);
    const { outcome, code = outcome, detail = '' } = value as GatewayResult;
    if (outcome === 'accepted' && answer !== undefined) return answer;
    throw new PushError(code, detail);
  }

  /** What could not be reached in an earlier run gets all its attempts in this one. */
  private forgetFailures(): void {
    const { credential } = this.line;
    for (const pool of this.pools) pool.down = undefined;
    if (credential.failures !== undefined) credential.failures = 0;
  }

  protected run(line: Line, messages: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>, options: SendOptions): AsyncGenerator<GatewayResult> {
    const sender = new Sender(line, messages, sendLimits(options, this.window));
    const stop = () => sender.stop();
    return sender.run({
      begin: () => {
        if (this.closed) throw new PushError('gateway-closed', 'The gateway is closed.', 'Make a new one.');
        if (this.running.size === 0) this.forgetFailures();
        this.running.add(sender);
        options.signal?.addEventListener('abort', stop, { once: true });
        if (options.signal?.aborted === true) stop();
      },
      end: () => {
        options.signal?.removeEventListener('abort', stop);
        this.running.delete(sender);
      },
    });
  }
}
