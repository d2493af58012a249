/** The dialog of push-segment-filter in the real Node-RED: rows and groups, JSON, named segments, counts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openStore, saveStaticList } from '../../core';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../demo/hosts/node-red';
import { launchChromium } from './chromium';

jest.setTimeout(120_000);

interface EditorNode { changed?: boolean; valid?: boolean; validationErrors?: string[]; condition: string; segments: { name: string; condition: string }[]; outputs: number }
declare const RED: {
  nodes: { node(id: string): EditorNode; eachLink(each: (link: { sourcePort: number; target: { id: string } }) => void): void };
  editor: { edit(node: EditorNode): void; validateNode(node: EditorNode): boolean };
};

const NESTED = {
  country: { $in: ['FR', 'BE'] },
  $or: [
    { plan: 'pro' },
    { $performed: { event: 'opened', count: { $gte: 2 }, within: '30d', where: { campaign: { $startsWith: 'spring' } } } },
    { $nor: [{ location: { $near: { latitude: 48.85, longitude: 2.35, radius: '25km' } } }, { city: { $contains: 'ville', $options: 'i' } }] },
  ],
  $not: { $reachable: { platform: 'ios' } },
  tags: { $elemMatch: { $eq: 'a', $ne: 'b' } },
};

describe.each(['en-US', 'fr'])('the editor of segments in %s', (language) => {
  let host: NodeRedHost;
  let browser: Browser;
  let page: Page;
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-segment-editor-'));
  const problems: string[] = [];
  const node = (id: string, more: object): FlowNode => ({ id, type: 'push-segment-filter', z: 'tab', name: '', property: 'payload', store: '', route: 'condition', condition: '', segments: [], outputs: 2, x: 200, y: 100, wires: [[], []], ...more }) as FlowNode;
  const flows = [
    { id: 'tab', type: 'tab', label: 'Segments' },
    node('nested', { condition: JSON.stringify(NESTED, null, 1) }),
    node('broken', { condition: '{ "country": ' }),
    node('unknown', { condition: '{ "country": { "$like": "F" } }' }),
    node('deep', { condition: `${'{"$not":'.repeat(10_000)}{"a":1}${'}'.repeat(10_000)}` }),
    node('known', { store: 'store', condition: '{"$performed":{"event":"opened"},"$inList":"vip"}' }),
    { id: 'store', type: 'push-store', name: '', path: join(dataFolder, 'names.sqlite'), pathType: 'str' },
    node('many', { route: 'first', segments: [{ name: 'one', condition: '{"a":1}' }, { name: 'two', condition: '{"b":{"$gt":2}}' }], outputs: 3, wires: [['d1'], ['d2'], ['d3']] }),
    ...['d1', 'd2', 'd3'].map((id, index) => ({ id, type: 'debug', z: 'tab', name: id, x: 500, y: 100 + 60 * index, wires: [] })),
  ] as FlowNode[];

  beforeAll(async () => {
    const store = await openStore({ sqlite: join(dataFolder, 'names.sqlite') });
    await saveStaticList(store, 'beta testers', ['1']);
    await store.upsertPeople([{ id: '1', attributes: { address: { 'post code': '69001' }, colour: 'red' }, devices: [] }], new Date());
    await store.recordActivities([{ recipient: '1', name: 'finished lesson', key: '1', at: new Date().toISOString(), properties: {} }], new Date());
    await store.close();
    [host, browser] = await Promise.all([startNodeRed({ dataFolder, packageFolder: resolve(__dirname, '../..'), flows, language: language === 'fr' ? 'en-US' : 'fr' }), launchChromium()]);
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.addInitScript(`localStorage.setItem('editor-language', '${language}')`);
    await page.goto(host.url);
    await page.waitForFunction(`window.RED?.nodes?.node?.('many') && !document.querySelector('#red-ui-loading-progress:not([style*="none"])')`);
    await page.waitForTimeout(500);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
    expect(problems).toEqual([]);
  });

  const open = async (id: string) => {
    await page.evaluate((id) => RED.editor.edit(RED.nodes.node(id)), id);
    await page.locator('#push-segment-filter-rows .push-segment-filter-group, #push-segment-filter-no-rows:visible').first().waitFor();
    await page.waitForTimeout(300);
  };
  const close = async (how: 'ok' | 'cancel') => {
    await page.click(`#node-dialog-${how}`);
    await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  };
  const done = () => close('ok');
  const tab = async (icon: string) => {
    await page.locator(`#push-segment-filter-tabs .fa-${icon}`).click();
    await page.waitForTimeout(300);
  };
  it('shows on the canvas, as soon as the flow is deployed, which conditions cannot be used', async () => {
    const statusOf = (id: string) => page.locator(`[id="${id}"] .red-ui-flow-node-status-label`).textContent();
    expect(await statusOf('broken')).toBe('condition-invalid');
    expect(await statusOf('unknown')).toBe('unknown-operator');
    expect(await statusOf('nested') ?? '').toBe('');
  });

  const saved = (id: string) => page.evaluate((id) => {
    const { condition, segments, outputs, changed } = RED.nodes.node(id);
    return { condition, segments, outputs, changed: changed === true };
  }, id);
  const rows = () => page.locator('.push-segment-filter-rule');

  it.each(['nested', 'many', 'broken'])('changes nothing of %s by being looked at, under each tab', async (id) => {
    const before = await saved(id);
    await open(id);
    for (const icon of ['code', 'users', 'list']) await tab(icon);
    await done();
    expect(await saved(id)).toEqual({ ...before, changed: false });
  });

  it('draws a nested condition as rows in groups, every text translated, nothing found wrong', async () => {
    await open('nested');
    await page.waitForTimeout(700);
    expect(await rows().count()).toBe(7);
    expect(await page.locator('.push-segment-filter-group').count()).toBe(3);
    expect(await page.locator('.red-ui-tray').innerText()).not.toMatch(/push-segment-filter\.|__\w+__/);
    expect((await page.locator('.push-segment-filter-problem').allInnerTexts()).join('')).toBe('');
    await close('cancel');
  });

  it('tells beside a row what is wrong with it, while it is written, in the language of the editor and not of Node-RED', async () => {
    const said = language === 'fr' ? /La condition nomme un champ/ : /The field at/;
    await open('nested');
    await page.locator('.push-segment-filter-field').first().fill('__proto__');
    await rows().first().locator('.push-segment-filter-problem', { hasText: said }).waitFor();
    await page.locator('.push-segment-filter-field').first().fill('country');
    await rows().first().locator('.push-segment-filter-problem').waitFor({ state: 'hidden' });
    await close('cancel');
  });

  it('writes rows down as JSON, and draws JSON as rows', async () => {
    await open('many');
    await page.locator('.push-segment-filter-field').first().fill('plan');
    await page.locator('.push-segment-filter-not').first().selectOption('true');
    await page.locator('.push-segment-filter-buttons').first().locator('button').nth(1).click();
    await page.locator('.push-segment-filter-group .push-segment-filter-group .push-segment-filter-operator').selectOption('$performed');
    await page.locator('.push-segment-filter-part input').first().fill('opened');
    await tab('code');
    await tab('list');
    await done();
    expect(JSON.parse((await saved('many')).segments[0]?.condition ?? '')).toEqual({ $and: [{ $not: { plan: { $eq: 1 } } }, { $or: [{ $performed: { event: 'opened' } }] }] });

    await open('many');
    await tab('code');
    await page.evaluate(`monaco.editor.getModels().at(-1).setValue('{"$nor":[{"c":{"$exists":true}}]}')`);
    await tab('list');
    expect(await page.locator('.push-segment-filter-join').first().inputValue()).toBe('$nor');
    await done();
    expect((await saved('many')).segments[0]?.condition).toBe('{"$nor":[{"c":{"$exists":true}}]}');
  });

  it('offers the events and lists that its store knows, and takes the chosen ones', async () => {
    await open('known');
    for (const [input, typed, wanted] of [[page.locator('.push-segment-filter-part input').first(), 'LESS', 'finished lesson'], [rows().nth(1).locator('.push-segment-filter-value input'), 'test', 'beta testers']] as const) {
      await input.fill('');
      await input.pressSequentially(typed);
      await page.locator('.red-ui-autoComplete-container', { hasText: wanted }).waitFor();
      expect((await page.locator('.red-ui-autoComplete-container').innerText()).trim()).toBe(wanted);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      expect(await input.inputValue()).toBe(wanted);
    }
    await done();
    expect(JSON.parse((await saved('known')).condition)).toEqual({ $and: [{ $performed: { event: 'finished lesson' } }, { $inList: 'beta testers' }] });
  });

  it('offers the fields of people in its store, of every person and of other rules, with where each is from', async () => {
    await open('known');
    const list = page.locator('.red-ui-autoComplete-container');
    const write = async (typed: string) => {
      await page.locator('.push-segment-filter-buttons button').first().click();
      await page.locator('.push-segment-filter-field:visible').last().pressSequentially(typed);
    };
    const offered = async (typed: string) => {
      await write(typed);
      await list.waitFor();
      return (await list.locator('a').allInnerTexts()).map((text) => text.split('\n').map((part) => part.trim()));
    };
    const words = { 'en-US': ['in the store', 'every person', 'in a rule'], fr: ['dans la base', 'toute personne', 'dans une règle'] }[language] ?? [];
    expect(await offered('CO')).toEqual([['colour', words[0]], ['consent.marketing', words[1]], ['country', words[2]], ['address.post code', words[0]], ['push.outcome', words[1]]]);
    await list.locator('a').nth(3).click();
    expect(await offered('lo')).toEqual([['locale', words[1]], ['location', words[2]], ['colour', words[0]]]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await offered('push.a');
    await page.keyboard.press('Tab');
    await write('a name of my own');
    // Its first letters are offered much; the answer to the last one may come a moment later.
    await list.waitFor({ state: 'detached' });
    await done();
    const { $and: parts } = JSON.parse((await saved('known')).condition) as { $and: object[] };
    expect(parts.slice(-4).flatMap((part) => Object.keys(part))).toEqual(['address.post code', 'location', 'push.arm', 'a name of my own']);
  });

  it('shows what is written also where there is no room for the list below it', async () => {
    await page.setViewportSize({ width: 1400, height: 700 });
    await open('nested');
    const line = page.locator('.push-segment-filter-field:visible').last();
    await line.fill('');
    await line.pressSequentially('co');
    const list = page.locator('.red-ui-autoComplete-container');
    await list.waitFor();
    await page.waitForTimeout(300);
    const [below, above] = [await list.boundingBox(), await line.boundingBox()].map((box) => ({ top: box?.y ?? 0, bottom: (box?.y ?? 0) + (box?.height ?? 0) }));
    expect(below?.bottom).toBeLessThanOrEqual((above?.top ?? 0) + 1);
    await page.keyboard.press('Escape');
    await close('cancel');
    await page.setViewportSize({ width: 1400, height: 1000 });
  });

  it('says of a condition nested 10,000 deep that it cannot be used, and leaves it as it is', async () => {
    await page.evaluate(() => RED.editor.edit(RED.nodes.node('deep')));
    await page.locator('#push-segment-filter-no-rows:visible').waitFor();
    await page.locator('#push-segment-filter-whole-problem', { hasText: '$not.$not' }).waitFor();
    await tab('users');
    await page.click('#push-segment-filter-count');
    await page.locator('#push-segment-filter-result .push-segment-filter-problem', { hasText: /.{15}/ }).waitFor();
    const { condition } = await saved('deep');
    await done();
    expect(await saved('deep')).toMatchObject({ condition, changed: false });
  });

  it('moves rows by keyboard, into groups and out of them', async () => {
    await open('many');
    await tab('code');
    await page.evaluate(`monaco.editor.getModels().at(-1).setValue('{"$and":[{"a":1},{"$or":[{"b":2},{"c":3}]}]}')`);
    await tab('list');
    const handle = rows().first().locator('.push-segment-filter-handle');
    expect(await handle.getAttribute('aria-label')).toMatch(/.{10}/);
    await handle.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await done();
    const moved = JSON.parse((await saved('many')).segments[0]?.condition ?? '') as object;
    expect(JSON.stringify(moved)).toBe('{"$and":[{"$or":[{"b":{"$eq":2}},{"c":{"$eq":3}}]},{"a":{"$eq":1}}]}');
  });

  it('keeps wires on their segment when one moves, one goes and one is added', async () => {
    await open('many');
    await page.click('#push-segment-filter-later');
    await page.locator('#push-segment-filter-bar button').last().click();
    await page.fill('#push-segment-filter-name', 'three');
    await page.locator('.push-segment-filter-field').first().fill('c');
    await page.locator('.push-segment-filter-tab', { hasText: 'two' }).click();
    await page.click('#push-segment-filter-drop');
    await done();
    expect(await saved('many')).toMatchObject({ outputs: 3, segments: [{ name: 'one' }, { name: 'three', condition: expect.stringContaining('"c"') as string }] });
    const wires = await page.evaluate(() => {
      const found: [number, string][] = [];
      RED.nodes.eachLink(({ sourcePort, target }) => found.push([sourcePort, target.id]));
      return found.sort(([a], [b]) => a - b);
    });
    expect(wires).toEqual([[0, 'd1'], [2, 'd3']]);
  });

  it('says of nodes on the canvas what core says of their condition', async () => {
    const errors = (id: string) => page.evaluate((id) => {
      RED.editor.validateNode(RED.nodes.node(id));
      return RED.nodes.node(id).validationErrors ?? [];
    }, id);
    expect(await errors('broken')).toEqual([expect.stringContaining('JSON')]);
    await page.waitForFunction(`RED.nodes.node('unknown').valid === false`);
    expect(await errors('unknown')).toEqual([expect.stringContaining('country.$like')]);
    expect(await errors('nested')).toEqual([]);
  });

  it('counts the people that are written, and says why one is out', async () => {
    await open('nested');
    await tab('users');
    await page.selectOption('#push-segment-filter-source', 'people');
    await page.fill('#push-segment-filter-people textarea', '[{"id":"ann","country":"FR","plan":"pro","tags":["a"]},{"id":"bob","plan":"pro"}]');
    await page.fill('#push-segment-filter-person', 'bob');
    await page.click('#push-segment-filter-count');
    await page.locator('#push-segment-filter-result table').waitFor();
    expect(await page.locator('.push-segment-filter-figure-line strong').innerText()).toBe('1');
    const first = await page.locator('#push-segment-filter-result tbody tr').first().locator('td').allInnerTexts();
    expect(first[0]).toMatch(/^country .*FR, BE$/);
    expect(first.slice(1)).toEqual([expect.stringMatching(/^1 \(50\s%\)$/), '1', expect.stringMatching(/^✗ \S/)]);
    expect(await page.locator('#push-segment-filter-result').innerText()).not.toMatch(/push-segment-filter\.|__\w+__/);
    await close('cancel');
  });
});
