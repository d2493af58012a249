/** Puts the node's parameters together to a campaign. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { CampaignOptions, ConsentRule, MessageKind, Template, TemplateStage } from '../../core';
import { fieldsParameter, optionsParameter, textParameter, withoutBlanks } from '../shared/configuration';
import { readPolicies, readRepeat } from './policies';

export type CampaignParameters = Omit<CampaignOptions, 'store' | 'gateways' | 'tracking' | 'signal'>;

export function readCampaign(context: IExecuteFunctions): CampaignParameters {
  const { attempts, avoidQuarterHours, concurrency, maxBackoff, onUnknown, perMinute, safetyStop, timeout } = optionsParameter(
    context, ['attempts', 'concurrency', 'maxBackoff', 'perMinute', 'timeout'],
  );
  const campaign = textParameter(context, 'campaign') ?? '';
  const category = textParameter(context, 'category');
  const kind = textParameter(context, 'kind');
  const policies = readPolicies(context);
  const repeat = readRepeat(context);
  const template = readMessage(context);
  return {
    campaign,
    ...(repeat.per !== 'day' && repeat.per !== 'week' && { occurrence: textParameter(context, 'occurrence') ?? '' }),
    repeat,
    ...(kind !== undefined && { kind: kind as MessageKind }),
    policies,
    ...(category !== undefined && { category }),
    consent: context.getNodeParameter('consent', 0) as ConsentRule,
    ...(template && { template }),
    fields: fieldsParameter(context),
    ...(onUnknown !== undefined && { onUnknown: onUnknown as 'skip' | 'send-again' }),
    delivery: withoutBlanks({
      attempts: attempts as number | undefined,
      concurrency: concurrency as number | undefined,
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

function milliseconds(seconds: unknown): number | undefined {
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}
