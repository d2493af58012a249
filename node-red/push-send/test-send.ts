/** A test send instead of the campaign: one person's message, marked, to devices that the dialog lists. */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { listedDevices, SEND_OUTPUTS, sendTest, type CampaignOptions, type Item, type JsonObject, type TestPerson } from '../../core';
import { typedText } from '../shared/input';
import { tellWhy } from '../shared/why';

/** What the dialog's tab keeps. */
export interface TestDefinition {
  on?: boolean;
  devices?: string;
  devicesType?: string;
  person?: TestPerson['people'];
  id?: string;
  seed?: string;
  mark?: string;
}

export interface TestRun {
  /** Results by output, one a device. */
  results: Item[][];
  summary: JsonObject;
}

export async function runTest(
  RED: NodeAPI, node: Node, definition: TestDefinition, message: NodeMessageInFlow, value: unknown,
  { store, gateways, template, fields, signal }: CampaignOptions,
): Promise<TestRun> {
  const { devices = '', devicesType = 'str', mark } = definition;
  const { person, sent, failed, results } = await sendTest((Array.isArray(value) ? value : [value]) as Item[], {
    store,
    gateways,
    devices: listedDevices(await typedText(RED, node, devices, devicesType, message)),
    person: readPerson(definition),
    ...(mark && { mark }),
    ...(template && { template }),
    ...(fields && { fields }),
    ...(signal && { signal }),
  });
  node.status({ fill: failed > 0 ? 'yellow' : 'green', shape: 'ring', text: `test: ${sent} / ${failed}` });
  return {
    results: SEND_OUTPUTS.map((name) => results.filter(({ output }) => output === name).map((result) => tellWhy(RED, result))),
    summary: { test: true, person, devices: sent + failed, sent, failed },
  };
}

function readPerson({ person = 'first', id = '', seed = '' }: TestDefinition): TestPerson {
  switch (person) {
    case 'first': return { people: person };
    case 'named': return { people: person, id: id.trim() };
    case 'random': return { people: person, seed };
  }
}
