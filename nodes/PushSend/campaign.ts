/** Puts the node's parameters together to a campaign, or to a broadcast. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Broadcast, BroadcastOptions, CampaignOptions, ConsentRule, MessageKind, Template, TemplateStage } from '../../core';
import { fieldsParameter, optionsParameter, textParameter, withoutBlanks } from '../shared/configuration';
import { readPolicies, readRepeat } from './policies';

export type CampaignParameters = Omit<CampaignOptions, 'store' | 'gateways' | 'tracking' | 'signal'>;
export type BroadcastParameters = Omit<BroadcastOptions, 'store' | 'gateways' | 'signal' | 'to'>;

export function readCampaign(context: IExecuteFunctions): CampaignParameters {
  const category = textParameter(context, 'category');
  const kind = textParameter(context, 'kind');
  const spreadMs = milliseconds(optionsParameter(context, ['spreadOver'])['spreadOver'], MINUTE_MS);
  return {
    ...readBroadcast(context),
    ...(kind !== undefined && { kind: kind as MessageKind }),
    policies: readPolicies(context),
    ...(category !== undefined && { category }),
    consent: context.getNodeParameter('consent', 0) as ConsentRule,
    fields: fieldsParameter(context),
    ...(spreadMs !== undefined && { spreadMs }),
  };
}

/** What a message to people and one to a topic have in common. */
export function readBroadcast(context: IExecuteFunctions): BroadcastParameters {
  const { attempts, avoidQuarterHours, concurrency, giveUpAfter, maxBackoff, onUnknown, perMinute, safetyStop, timeout } = optionsParameter(
    context, ['attempts', 'concurrency', 'giveUpAfter', 'maxBackoff', 'perMinute', 'timeout'],
  );
  const campaign = textParameter(context, 'campaign') ?? '';
  const repeat = readRepeat(context);
  const template = readMessage(context);
  return {
    campaign,
    ...(repeat.per !== 'day' && repeat.per !== 'week' && { occurrence: textParameter(context, 'occurrence') ?? '' }),
    repeat,
    ...(template && { template }),
    ...(onUnknown !== undefined && { onUnknown: onUnknown as 'skip' | 'send-again' }),
    delivery: withoutBlanks({
      attempts: attempts as number | undefined,
      concurrency: concurrency as number | undefined,
      giveUpAfterMs: milliseconds(giveUpAfter, MINUTE_MS),
      maxBackoffMs: milliseconds(maxBackoff),
      timeoutMs: milliseconds(timeout),
      safetyStop: safetyStop as boolean | undefined,
      rate: withoutBlanks({
        avoidQuarterHours: avoidQuarterHours as boolean | undefined,
        campaign: perMinute === undefined ? undefined : { name: campaign, perMinute: perMinute as number },
      }),
    }),
  };
}

/** @param index of the item for which the expression is evaluated */
export function readTarget(context: IExecuteFunctions, operation: string, index: number): Broadcast {
  return { [operation]: textParameter(context, operation, index) ?? '' } as Broadcast;
}

/** The message that is written in this node, where one is. */
export function readMessage(context: IExecuteFunctions): TemplateStage | undefined {
  if (context.getNodeParameter('messageFrom', 0) !== 'here') return undefined;
  const text = (name: string) => context.getNodeParameter(name, 0, '') as string;
  const missing = text('missing');
  return {
    template: withoutBlanks({ title: text('title'), body: text('body'), link: text('link') }) as Template,
    missing: missing === 'fallback' ? { fallback: text('fallback') } : (missing as 'refuse' | 'empty' | 'fail'),
  };
}

const MINUTE_MS = 60_000;

function milliseconds(count: unknown, unitMs = 1000): number | undefined {
  return count === undefined ? undefined : Math.round(Number(count) * unitMs);
}
