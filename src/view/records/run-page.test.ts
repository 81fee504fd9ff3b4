import {expect, test} from 'vitest';
import {escapeHtml} from '../text/html.ts';
import {runPage} from './run-page.ts';
import {sampleSnapshot} from '../../../test/support/sample-snapshot.ts';
import {sampleSteps} from '../../../test/support/sample-steps.ts';
import {runText} from './run-text.ts';
import {sampleShownRun} from '../../../test/support/sample-shown-run.ts';
import {theme} from '../text/theme.ts';

const attacks = [
	'<script>alert(1)</script>',
	'"><img src=x onerror=alert(1)>',
	"' onmouseover='alert(1)",
	'</pre></style></title><svg onload=alert(1)>',
	'<!--',
	'&lt;b&gt;&#60;script&#62;',
	'\u0000<\u0008script>',
	'\u202egnp.exe',
];

/** A tag as the HTML tokenizer takes one: it ends at the first > outside of quotes. */
const tagPattern = /<(\/?)([a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const attributePattern = /([^\s=/]+)(?:=("[^"]*"|'[^']*'|[^\s>]+))?/g;

/** The names of all tags and attributes of a page. */
function vocabulary(html: string): {readonly tags: ReadonlySet<string>; readonly attributes: ReadonlySet<string>} {
	const tags = [...html.matchAll(tagPattern)];
	const attributes = tags.flatMap(([, , , rest = '']) =>
		[...rest.matchAll(attributePattern)].map(([, name = '']) => name),
	);
	return {tags: new Set(tags.map(([, , name = '']) => name)), attributes: new Set(attributes)};
}

/** The sample with a text wherever a record can have one. */
function hostile(text: string): typeof sampleShownRun {
	const {run, files, logs} = sampleShownRun;
	return {
		...sampleShownRun,
		folder: text,
		run: {
			...run,
			parent: text,
			name: text,
			spec: text,
			command: [text],
			image: {kind: 'archive', archive: text, digest: text, bytes: 1},
			error: {code: 'E_STATE', message: text, why: text},
			warnings: [text],
			steps: run.steps.map(step => ({
				...step,
				id: text,
				title: text,
				command: text,
				why: text,
				output: text,
				status: text as unknown as 'failed',
			})),
		},
		snapshots: run.steps.map(() => ({
			step: text,
			snapshot: sampleSnapshot({hostname: text, interfaces: [{name: text, addresses: [text]}]}),
			changes: [{area: 'mounts', sign: '+', text}],
		})),
		files: files.map(file => ({...file, path: text, target: text, digest: text, change: text as unknown as 'A'})),
		logs: {stdout: {...logs.stdout, text}, stderr: {text, size: 1, skipped: 1}},
	};
}

test('text of a record cannot become a tag or attribute', () => {
	const honest = vocabulary(runPage(hostile('text')));
	expect([...honest.tags]).not.toContain('script');
	for (const attack of attacks) {
		const page = runPage(hostile(attack));
		expect(vocabulary(page)).toEqual(honest);
		expect(page).not.toContain(attack);
		expect(page).not.toContain('<!--');
	}
});

test('the page loads nothing and follows the color scheme', () => {
	const page = runPage(sampleShownRun);
	expect(page).not.toMatch(/(?:https?:)?\/\/[a-z]|url\(|@import|\s(?:src|href)=/i);
	expect(page).toContain("default-src 'none'");
	expect(page).toContain('prefers-color-scheme:dark');
	expect(page.match(/<rect /g)).toHaveLength(2);
	for (const text of ['exited with 3', 'echo demo &gt; /proc/sys/kernel/hostname', '<pre>hello\n</pre>', 'cpu 12 ms'])
		expect(page).toContain(text);
});

test('one step is chosen of all that are there, each with what the kernel showed', () => {
	const page = runPage(sampleSteps());
	expect(page.match(/<input type="radio"/g)).toHaveLength(3);
	expect(page.match(/ checked>/g)).toHaveLength(1);
	expect([...page.matchAll(/<label for="step-(\d)">/g)].map(([, to]) => to)).toEqual(['1', '0', '2', '1']);
	for (const text of [
		'<span class="other">~ hostname      host -&gt; demo</span>',
		'<mark>hostname      demo</mark>',
		'What the kernel showed of the first process',
		'It counts.',
		'nothing changed that a snapshot shows',
		'no snapshot: the command runs from here on',
	])
		expect(page).toContain(text);
	expect(runPage(sampleShownRun)).not.toContain('<input');
});

test('every tag is closed', () => {
	const open: string[] = [];
	const wrong: string[] = [];
	for (const [, slash, name = '', rest = ''] of runPage(hostile(attacks.join('\n'))).matchAll(tagPattern)) {
		if (['meta', 'input'].includes(name) || rest.endsWith('/')) continue;
		if (slash !== '/') open.push(name);
		else if (open.pop() !== name) wrong.push(name);
	}
	expect({open, wrong}).toEqual({open: [], wrong: []});
});

test('escaped text cannot start a tag or end an attribute', () => {
	expect(escapeHtml(`<a href="x" id='y'>&\u0007\u202e`)).toBe(
		'&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;\\u0007\\u202e',
	);
});

test('the text of a record has the same facts and is escaped for terminals', () => {
	const look = {columns: 80, theme: theme(false), width: (text: string) => text.length};
	expect(runText(sampleShownRun, look)).toMatchInlineSnapshot(`
		"run        20261127t015033-1f0a9c
		container  demo
		spec       /home/demo.yaml
		command    sh -c echo hello > /out
		image      /home/app.tar (sha256:121212121212)
		started    1970-01-01T00:16:40.000Z
		took       60 ms
		outcome    exited with 3
		used       cpu 12 ms, set-up 34 ms, memory at most 3 MiB, disk 0 B read, 4 KiB written
		record     /store/runs/20261127t015033-1f0a9c

		STEP  TOOK  WHAT
		done  2 ms  set the hostname
		done  2 ms  become the command

		2 paths written:
		A  /out        6 B sha256:343434343434
		D  /etc/group

		stdout, 6 B:
		hello
		"
	`);
	expect(runText(hostile('\u001b]0;title\u0007'), look)).not.toContain('\u001b');
});
