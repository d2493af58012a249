import {
  audienceReference, compileStage, importPeople, peopleOfPlan, sendCampaign, SendSummary, TemplateSummary, type Item, type TemplateStage,
} from '../../../core/campaign';
import { RunStopper } from '../../../core/errors';
import { openStore, type Store } from '../../../core/store';
import { collect, FakeGateway, NOW } from '../support';

const STAGE: TemplateStage = {
  template: { defaultLocale: 'en', title: '{{default firstName "Hello"}}, your {{plan}} ends', body: 'See {{city}}', locales: { fr: { title: '{{default firstName "Bonjour"}}, votre {{plan}} finit', body: 'Voir {{city}}' } } },
  missingByField: { city: { fallback: 'the shop' } },
};
const run = (stage: TemplateStage, people: Item[]) => {
  const { apply } = compileStage({ template: stage }, { now: NOW });
  const summary = new TemplateSummary(stage.copyCheck);
  const routes = people.flatMap((person) => apply(person));
  for (const { item } of routes) summary.add(item);
  return { routes, summary };
};

describe('the template step', () => {
  it('adds up: who was written to, in which language, which fields were missing for how many', () => {
    const { summary } = run(STAGE, [
      { id: 1, firstName: 'Ada', plan: 'Pro', city: 'Paris', locale: 'fr-CA' },
      { id: 2, plan: 'Pro', locale: 'en' },
      { id: 3, plan: 'Pro', city: 'Rome', locale: 'de' },
      { id: 4, firstName: 'Ben' },
    ]);
    expect(summary.toJSON()).toMatchObject({
      people: 4, ready: 3, notWritten: { 'missing-value': 1 }, locales: { fr: 1, en: 2 },
      fields: { firstName: { fallback: 2, missing: 0 }, city: { fallback: 1, missing: 0 }, plan: { fallback: 0, missing: 1 } },
      copy: { people: 3, findings: [{ rule: 'fallbacks', field: 'firstName', people: 2 }, { rule: 'fallbacks', field: 'city', people: 1 }] },
    });
  });

  it('writes the fields that fell back with the message, and the one that was missing with the reason', () => {
    const { routes: [ready, unwritable] } = run(STAGE, [{ id: 1, plan: 'Pro' }, { id: 2, city: 'Rome' }]);
    expect(ready?.item['push']).toMatchObject({ message: { fallbacks: ['firstName', 'city'] } });
    expect(unwritable?.item['push']).toMatchObject({ reason: 'missing-value', missing: 'plan' });
  });

  it('forgets why an earlier template step could not write', () => {
    const { item } = compileStage({ template: STAGE }).apply({ id: 1, plan: 'Pro', push: { reason: 'missing-value', why: 'x', missing: 'plan' } })[0]!;
    expect(item['push']).not.toHaveProperty('reason');
  });

  it('lets a value that stops the run stop it', () => {
    const { apply } = compileStage({ template: { ...STAGE, missing: 'fail' } });
    expect(() => apply({ id: 1 })).toThrow(RunStopper);
    expect(apply({ id: 1, plan: 'Pro' })).toHaveLength(1);
  });
});

describe('the copy check', () => {
  const loud: TemplateStage = { template: { defaultLocale: 'en', title: 'BIG NEWS', body: 'See it, {{name}}' } };
  const people = Array.from({ length: 200 }, (_, id): Item => ({ id: `p${id}`, name: 'Ada' }));

  it('only tells, unless it is a gate', () => {
    expect(() => run(loud, people).summary.hold()).not.toThrow();
    const gate = run({ ...loud, copyCheck: { mode: 'gate' } }, people).summary;
    expect(() => gate.hold()).toThrow(expect.objectContaining({
      code: 'copy-check-failed', message: 'The copy check stopped the run: capitals for 100 % of the people.', hint: expect.stringContaining('For example: BIG NEWS'),
    }));
    expect(run({ ...loud, copyCheck: { mode: 'off' } }, people).summary.toJSON()).not.toHaveProperty('copy');
  });

  it('looks at a share of the people, at the same ones each time', () => {
    const looked = () => run({ ...loud, copyCheck: { sample: 0.25 } }, people).summary.toJSON().copy!;
    expect(looked().people).toBeGreaterThan(25);
    expect(looked().people).toBeLessThan(80);
    expect(looked()).toEqual(looked());
    expect(looked().findings).toMatchObject([{ rule: 'capitals', share: 1 }]);
  });

  it.each<[object, string]>([[{ mode: 'loud' }, 'copyCheck.mode'], [{ sample: 2 }, 'copyCheck.sample'], [{ fallbackShare: -1 }, 'copyCheck.fallbackShare']])(
    '%j is refused by name', (copyCheck, field) => {
      expect(() => compileStage({ template: { ...loud, copyCheck: copyCheck as never } })).toThrow(expect.objectContaining({ fields: { field } }));
    });

  describe('of a stored audience', () => {
    let store: Store;
    beforeAll(async () => {
      store = await openStore({ sqlite: ':memory:' });
      await importPeople(people.map((value, index) => ({ place: `item ${index}`, value })), { store, now: NOW });
    });
    afterAll(() => store.close());
    const reached = async (stage: TemplateStage): Promise<number> => {
      const { item } = compileStage({ template: stage }).apply(await audienceReference(store))[0]!;
      let count = 0;
      for await (const person of peopleOfPlan(item, store, { now: NOW })) count += person['id'] === undefined ? 0 : 1;
      return count;
    };

    it('counts who could not be written to, in which language the others were, what was missing and how the texts read', async () => {
      const store = await openStore({ sqlite: ':memory:' });
      const rows: Item[] = [{ id: 'nameless', token: 't1', locale: 'fr' }, { id: 'zoe', name: 'Zoé', token: 't2', locale: 'fr' }, { id: 'p1', name: 'Ada', token: 't3' }];
      await importPeople(rows.map((value, index) => ({ place: `row ${index}`, value })), { store, now: NOW });
      const stage: TemplateStage = { template: { defaultLocale: 'en', title: '{{name}}, BIG NEWS', body: '{{default city "Here"}}: see it', locales: { fr: { title: '{{name}}, du nouveau', body: '{{default city "Ici"}} : voir les chaussures' } } } };
      const { item } = compileStage({ template: stage }).apply(await audienceReference(store))[0]!;
      const summary = new SendSummary('news', 'once');
      const results = await collect(sendCampaign([item], { campaign: 'news', store, gateways: { fcm: new FakeGateway() }, now: () => NOW, written: summary.written }));
      await store.close();
      for (const result of results) summary.add(result);
      expect(summary.toJSON()).toMatchObject({
        people: 2,
        written: {
          people: 3, ready: 2, notWritten: { 'missing-value': 1 }, locales: { en: 1, fr: 1 },
          fields: { name: { fallback: 0, missing: 1 }, city: { fallback: 2, missing: 0 } },
          copy: { people: 2, findings: [{ rule: 'capitals', people: 1, share: 0.5 }, { rule: 'fallbacks', field: 'city' }] },
        },
      });
    });

    it('says nothing of texts where the plan writes none', async () => {
      const summary = new SendSummary('bare', 'once');
      await collect(sendCampaign([await audienceReference(store)], { campaign: 'bare', store, gateways: { fcm: new FakeGateway() }, template: loud, now: () => NOW, written: summary.written }));
      expect(summary.toJSON()).not.toHaveProperty('written');
    });

    it('stops the run before anyone is handed on', async () => {
      await expect(reached({ ...loud, copyCheck: { mode: 'gate' } })).rejects.toThrow(RunStopper);
      expect(await reached(loud)).toBe(200);
      expect(await reached({ template: { ...loud.template, title: 'News' }, copyCheck: { mode: 'gate' } })).toBe(200);
    });
  });
});
