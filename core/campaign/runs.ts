/** How far a campaign is, and what an operator does to one that runs: pause, resume, cancel. From any workflow, flow or process. */
import { PushError } from '../errors';
import { storableName } from '../names';
import type { KpiSelection, RunReport, RunState, Store } from '../store';
import type { Repeat } from './repeat';

interface Transition {
  from: readonly RunState[];
  to: RunState;
  /** What must be, in words. */
  needs: string;
}

/** Runs look at their state once a page: messages that are handed over already (some thousand at most) still leave. */
export const RUN_ACTIONS = {
  /** Who is left waits in the store. */
  pause: { from: ['running', 'waiting', 'stopped'], to: 'paused', needs: 'running or waiting' },
  /** Who waits is sent to when the campaign's send step runs next. */
  resume: { from: ['paused'], to: 'waiting', needs: 'paused' },
  /** Who is left gets nothing, for good. */
  cancel: { from: ['running', 'waiting', 'stopped', 'paused'], to: 'cancelled', needs: 'running, waiting or paused' },
} as const satisfies Record<string, Transition>;
export type RunAction = keyof typeof RUN_ACTIONS;

/**
 * Pauses, resumes or cancels an occurrence of a campaign; all that can be, where none is named. Gives them as they are then.
 * @throws PushError `no-campaign`, `no-run` where none is in a state that allows it
 */
export async function steerRun(
  store: Store, action: RunAction, { campaign, occurrence }: { campaign?: string | undefined; occurrence?: string | undefined }, now = new Date(),
): Promise<RunReport[]> {
  const { campaign: name = '', occurrence: one = '' } = storableSelection({ campaign, occurrence });
  if (name === '') {
    throw new PushError('no-campaign', 'The campaign has no name.', 'Give the name that its send step has.');
  }
  const selection = { campaign: name, ...(one !== '' && { occurrence: one }) };
  const { from, to, needs } = RUN_ACTIONS[action];
  if (await store.moveRuns(selection, from, to, now) === 0) {
    throw new PushError('no-run', `No run of the campaign '${selection.campaign}' is ${needs}.`, 'Check the names of the campaign and the occurrence; one that has not begun has no run yet.', selection);
  }
  return (await store.runs(selection)).filter(({ state }) => state === to);
}

/** Runs, newest first, with what became of their people so far. */
export async function listRuns(store: Store, selection: KpiSelection = {}): Promise<RunReport[]> {
  return store.runs(storableSelection(selection));
}

/** Campaign and occurrence by the names that they have in the store. */
export function storableSelection({ campaign, occurrence }: { campaign?: string | undefined; occurrence?: string | undefined }): KpiSelection {
  return { ...(campaign !== undefined && { campaign: storableName(campaign) }), ...(occurrence !== undefined && { occurrence: storableName(occurrence) }) };
}

/** What may have become of an occurrence where no operator said otherwise. */
const UNSTEERED = ['running', 'waiting', 'stopped', 'finished'] as const satisfies readonly RunState[];

/** Writes down how far an occurrence is, once a run of it has ended; what an operator said of it stays. */
export async function concludeRun(
  store: Store, campaign: string, occurrence: string, { stopped, repeat }: { stopped: boolean; repeat: Repeat }, now: Date,
): Promise<void> {
  // One that sends whenever something happens is never at its end: it can be paused between two messages, too.
  const goesOn = repeat.per === 'message' || repeat.per === 'key';
  if (stopped || goesOn) await store.moveRuns({ campaign, occurrence }, UNSTEERED, stopped ? 'stopped' : 'waiting', now);
  else await store.endRun(campaign, occurrence, now);
}
