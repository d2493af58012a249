import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { asksOfPerson, compileStage, compileStoredSegment, type Item, type Store } from '../../core';
import { optionsParameter } from '../shared/configuration';
import { credentialTests } from '../shared/gateways';
import { applyStage, runNode } from '../shared/items';
import { searchEvents, searchLists } from '../shared/list-search';
import { withStore } from '../shared/store';
import { readSegment } from './condition';
import { explainStage, explanationItems, tellCounts, tellExplanation } from './explanation';
import { segmentOutputs } from './outputs';
import { properties } from './SegmentFilter.description';

export class SegmentFilter implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push Segment Filter',
    name: 'segmentFilter',
    icon: { light: 'file:../../icons/segment.light.svg', dark: 'file:../../icons/segment.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["route"] !== "condition" ? "segments" : $parameter["mode"] === "json" ? "condition as JSON" : "conditions" }}',
    description: 'Send the people of a push campaign on by whether they fit a condition, or by the segment that they fit',
    defaults: { name: 'Push Segment Filter' },
    inputs: [NodeConnectionTypes.Main],
    outputs: `={{(${segmentOutputs.toString()})($parameter)}}`,
    credentials: [{ name: 'pushStoreApi', displayName: 'Store', required: false, testedBy: 'storeCheck' }],
    parameterPane: 'wide',
    usableAsTool: true,
    properties,
  };

  methods = { listSearch: { searchEvents, searchLists }, credentialTest: { storeCheck: credentialTests.storeCheck } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const names = segmentOutputs(this.getNode().parameters).map(({ displayName }) => displayName);
    const { explain, history, storeFile, id = 'id', category, person } = optionsParameter(this) as Options;
    const routes = explain === true ? names.slice(0, -1) : names;
    return runNode(this, names.length, routes.length - 1, async () => {
      const { segment, inPanelWords } = readSegment(this);
      const items = this.getInputData().map(({ json }) => json as Item);
      const run = async (store?: Store): Promise<INodeExecutionData[][]> => {
        const now = new Date();
        const stage = store === undefined ? compileStage({ segment }, { now }) : await compileStoredSegment(segment, store, { now, fields: { id } });
        const outputs = await applyStage(this, routes.length, stage);
        tellCounts(this, routes, outputs);
        if (explain !== true) return outputs;
        const explained = await explainStage(items, segment, store, { idField: id, ...(category !== undefined && { category }), ...(person !== undefined && { person: String(person) }) });
        tellExplanation(this, explained);
        return [...outputs, explanationItems(explained)];
      };
      // A store is opened only for what it is asked.
      try {
        return await (history !== 'items' && (explain === true || asksOfPerson(segment)) ? withStore(this, storeFile, run) : run());
      } catch (thrown) {
        throw inPanelWords(thrown);
      }
    });
  }
}

interface Options {
  explain?: boolean;
  history?: 'store' | 'items';
  storeFile?: string;
  id?: string;
  category?: string;
  person?: string | number;
}
