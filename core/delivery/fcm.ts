/** FCM HTTP v1 on the wire. Source: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send */
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import type { GatewayMessage } from './gateway';
import type { Answer, WireRequest } from './http2/exchange';
import { bodyObject, refusal, requireToken, writeJson, type Protocol, type Reading } from './protocol';
import { requireCondition, requireTopic } from './topic-names';

export const FCM_ORIGIN = 'https://fcm.googleapis.com';

export const FCM_TOKEN = /^\S{1,4096}$/;
/** Google's status words (google.rpc.Code) that an answer without FcmError may carry; no word outside this list is believed. */
const RPC_CODES = new Set([
  'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'UNAUTHENTICATED',
  'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS',
]);
/** What an endpoint says beyond that is no code, and may be anything. */
const MOST_CODE_LETTERS = 60;
const INVALID_TOKEN_TEXT = /registration token is not a valid/i;

/**
 * @param project known once the credential is
 * @param validateOnly FCM checks everything and delivers nothing
 */
export function fcmProtocol(project: () => string | undefined, validateOnly = false): Protocol {
  return {
    type: 'fcm',
    name: 'FCM',
    write: (message) => write(project(), targetOf(message), message.payload, validateOnly),
    read: (answer, message) => readFcm(answer, message, 'name'),
  };
}

/** @throws PushError `token-...`, `topic-malformed`, `condition-malformed`, `broadcast-not-here` */
function targetOf({ token, broadcast }: GatewayMessage): JsonObject {
  if (broadcast === undefined) return { token: requireToken(token, FCM_TOKEN) };
  if ('topic' in broadcast) return { topic: requireTopic(broadcast.topic) };
  if ('condition' in broadcast) return { condition: requireCondition(broadcast.condition) };
  throw refusal('broadcast-not-here');
}

function write(project: string | undefined, target: JsonObject, payload: JsonObject, validateOnly: boolean): WireRequest {
  if (project === undefined) throw refusal('project-unknown');
  if (!isJsonObject(payload)) throw refusal('payload-malformed');
  const body = writeJson({ ...(validateOnly && { validate_only: true }), message: { ...payload, ...target } });
  return { path: `/v1/projects/${encodeURIComponent(project)}/messages:send`, headers: { 'content-type': 'application/json' }, body };
}

/** @param named the field of a good answer without which it cannot be FCM's; undefined where there is none */
export function readFcm({ status, body, complete }: Answer, { token }: GatewayMessage, named: string | undefined): Reading {
  const value = bodyObject(body);
  if (status < 300) {
    if (named === undefined) return {};
    const name = value[named];
    if (typeof name === 'string' && name !== '') return { gatewayId: name };
    // Where only the name was lost, FCM has said all the same that it took the message.
    return complete ? { code: 'NO_NAME' } : {};
  }
  const error = isJsonObject(value['error']) ? value['error'] : {};
  const text = typeof error['message'] === 'string' ? withoutToken(error['message'], token).slice(0, 200) : '';
  const code = errorCode(error);
  return { ...(code !== undefined && { code }), ...(text !== '' && { quote: text }) };
}

/** Nor as it stands in the path of a subscription. */
function withoutToken(text: string, token: string | undefined): string {
  return token === undefined ? text : text.replaceAll(token, '(token)').replaceAll(encodeURIComponent(token.toWellFormed()), '(token)');
}

/** The code of the FcmError decides; only such an error speaks of the token. Without it Google's front door has answered. */
function errorCode(error: JsonObject): string | undefined {
  const details = Array.isArray(error['details']) ? error['details'].filter(isJsonObject) : [];
  const fcm = details.find((detail) => isType(detail, 'google.firebase.fcm.v1.FcmError'));
  const status = error['status'];
  if (fcm === undefined) return typeof status === 'string' && RPC_CODES.has(status) ? status : undefined;
  const code = typeof fcm['errorCode'] === 'string' ? fcm['errorCode'].slice(0, MOST_CODE_LETTERS) : 'UNSPECIFIED_ERROR';
  if (code === 'INVALID_ARGUMENT' && isAboutToken(error, details)) return 'INVALID_ARGUMENT/token';
  if (code === 'QUOTA_EXCEEDED' && isAboutDevice(details)) return 'QUOTA_EXCEEDED/device';
  return code;
}

function isAboutToken(error: JsonObject, details: JsonObject[]): boolean {
  const fields = list(details, 'google.rpc.BadRequest', 'fieldViolations').map((violation) => violation['field']);
  if (fields.length > 0) return fields.every((field) => field === 'message.token');
  return INVALID_TOKEN_TEXT.test(String(error['message']));
}

function isAboutDevice(details: JsonObject[]): boolean {
  return list(details, 'google.rpc.QuotaFailure', 'violations')
    .some(({ subject, description }) => /device|registration/i.test(`${String(subject)} ${String(description)}`));
}

function list(details: JsonObject[], type: string, field: string): JsonObject[] {
  return details.filter((detail) => isType(detail, type)).flatMap((detail) => {
    const values: JsonValue | undefined = detail[field];
    return Array.isArray(values) ? values.filter(isJsonObject) : [];
  });
}

function isType(detail: JsonObject, type: string): boolean {
  return detail['@type'] === `type.googleapis.com/${type}`;
}
