import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapCommand, wrapWords} from '../text/wrap.ts';
import type {StepChange} from './changes.ts';
import type {Effect, KeyTopic, StepName, Topic, WordGroups} from './topic.ts';

const widest = 100;
const label = 10;
/** The most steps of one example that are shown with their commands. */
const mostSteps = 8;
/** The most characters of one entry of the OCI configuration that are shown. */
const longest = 200;
const short = (line: string): string => (line.length > longest ? `${line.slice(0, longest)} ...` : line);
/** The most lines of one command that are shown. */
const mostLines = 12;

/** Topics as text for people, one below the other. */
export function topicText(topics: readonly Topic[], look: Look): string {
	return topics.map(topic => `${headOf(topic, look)}\n${bodyOf(topic, painter(look))}`).join('\n');
}

const kindWords: Readonly<Record<Topic['kind'], string>> = {
	key: 'key',
	'not a key': 'no key of tsbox',
	'not a verb': 'no verb of tsbox',
	verb: 'verb',
	step: 'step',
	steps: 'steps',
	error: 'error',
	'exit status': 'exit status',
	term: 'term',
};

const keyWords: Readonly<Record<KeyTopic['of'], string>> = {
	container: 'key of a container',
	project: 'key of a file with `services`',
	configuration: 'key of the configuration',
};

function headOf(topic: Topic, {theme}: Look): string {
	const word = topic.kind === 'step' ? topic.id : topic.word;
	const kind = topic.kind === 'key' ? keyWords[topic.of] : kindWords[topic.kind];
	return `${theme.strong(escapeText(word))}  ${theme.quiet(kind)}`;
}

type Painter = ReturnType<typeof painter>;

/** What all topics are drawn with. */
function painter({columns, theme, width}: Look) {
	const room = Math.min(columns, widest);
	const indented = (text: string, indent: number): readonly string[] =>
		wrapWords(escapeText(text), Math.max(20, room - indent), width).map(line => `${' '.repeat(indent)}${line}\n`);
	const cut = (lines: readonly string[]): readonly string[] =>
		lines.length > mostLines
			? [...lines.slice(0, mostLines - 1), `... and ${lines.length - mostLines + 1} more lines`]
			: lines;
	const styled = (lines: readonly string[], indent: number): string =>
		lines.map(line => `${' '.repeat(indent)}${theme.command(line)}\n`).join('');
	const command = (text: string, indent: number): string =>
		styled(cut(wrapCommand(escapeLines(text), Math.max(20, columns - indent), width)), indent);
	return {
		theme,
		command,
		prose: (text: string): string => indented(text, 2).join(''),
		sentence: (text: string): string => indented(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`, 2).join(''),
		/** Lines that are no commands: a break gets no backslash. */
		lines: (texts: readonly string[], indent: number): string => {
			const lines = cut(texts).flatMap(text =>
				wrapWords(escapeText(text), Math.max(20, columns - indent - 2), width).map((line, at) =>
					at === 0 ? line : `  ${line}`,
				),
			);
			return styled(lines, indent);
		},
		/** Text that continues a line which has `used` columns already. */
		hanging: (text: string, used: number): string => (indented(text, used).join('') || '\n').slice(used),
		heading: (text: string): string => `\n${theme.heading(text)}\n`,
		row: (name: string, text: string): string => {
			const lines = indented(text, 2 + label);
			return lines
				.map((line, index) => (index === 0 ? `  ${theme.quiet(name.padEnd(label))}${line.slice(2 + label)}` : line))
				.join('');
		},
		/** YAML or commands below a name. */
		block: (name: string, text: string): string =>
			command(text.trimEnd(), 2 + label).replace(/^ +/, `  ${theme.quiet(name.padEnd(label))}`),
		list: (steps: readonly StepName[]): string => {
			const column = Math.max(0, ...steps.map(({id}) => id.length)) + 4;
			return steps
				.map(({id, title}) => {
					const lines = indented(title, column);
					return `  ${id}${(lines.join('') || '\n').slice(2 + id.length)}`;
				})
				.join('');
		},
	};
}

function bodyOf(topic: Topic, paint: Painter): string {
	const {sentence, row, block, heading, list, theme} = paint;
	switch (topic.kind) {
		case 'key':
			return keyBody(topic, paint);
		case 'not a key':
		case 'not a verb':
			return `${row('instead', topic.hint)}${row('read', topic.page)}`;
		case 'verb':
			return [
				sentence(topic.about),
				heading('what it does'),
				...topic.does.map((line, index) => row(`${String(index + 1).padStart(label - 2)}  `, line)),
				heading('examples'),
				...topic.examples.map(([line, what]) => `  ${theme.command(line)}\n${row('', what)}`),
				`\n${row('read', `tsbox ${topic.word} --help, ${topic.page}`)}`,
			].join('');
		case 'step':
			return [
				sentence(topic.title),
				'\n',
				block('command', topic.command),
				row('why', topic.why),
				row('read', topic.man),
				...(topic.object === null ? [] : [row('makes', topic.object)]),
				...topic.checks.map(check => row('check', check)),
				block('undo', topic.undo),
				row('phase', topic.phase),
				row('from', topic.from),
			].join('');
		case 'steps':
			return `${sentence(topic.about)}\n${list(topic.steps)}`;
		case 'error':
			return [
				sentence(topic.about),
				'\n',
				row('status', `tsbox exits with ${topic.exitStatus}`),
				...topic.causes.map((cause, index) => row(index === 0 ? 'causes' : '', cause)),
				row('hint', topic.hint),
				row('read', topic.page),
			].join('');
		case 'exit status':
			return [
				sentence(topic.about),
				'\n',
				...(topic.codes.length === 0 ? [] : [row('errors', topic.codes.join(' '))]),
				...(topic.hint === undefined ? [] : [row('hint', topic.hint)]),
				row('read', topic.page),
			].join('');
		case 'term':
			return [
				sentence(topic.about),
				...(topic.steps.length === 0 ? [] : [heading('steps that use it'), list(topic.steps)]),
				'\n',
				...(topic.keys.length === 0 ? [] : [row('keys', topic.keys.join(', '))]),
				...(topic.verbs.length === 0 ? [] : [row('verbs', topic.verbs.join(', '))]),
				row('read', topic.page),
			].join('');
	}
}

function keyBody(topic: KeyTopic, paint: Painter): string {
	const {prose, row, block} = paint;
	return [
		prose(topic.about),
		'\n',
		row('value', topic.forms.join(' or ')),
		...(topic.default === undefined ? [] : [row('default', topic.default ?? 'none')]),
		...(topic.example === undefined ? [] : [block('example', topic.example)]),
		...(topic.effect === undefined ? [] : effectRows(topic.effect, paint)),
		...(topic.below.length === 0 ? [] : ['\n', row('below it', topic.below.join(', '))]),
		`\n${row('read', topic.page)}`,
	].join('');
}

function effectRows(
	effect: Effect,
	{heading, prose, row, command, lines, list, hanging, theme}: Painter,
): readonly string[] {
	const elsewhereLines = (names: readonly StepName[]): readonly string[] =>
		names.length === 0 ? [] : [heading('steps that it makes on another machine'), list(names)];
	if ('problem' in effect)
		return [
			heading('with the example'),
			prose(`This machine cannot have it: ${effect.problem}.`),
			...(effect.hint === undefined ? [] : [row('hint', effect.hint)]),
			...elsewhereLines(effect.elsewhere),
		];
	const {config, steps, protections, warnings, elsewhere} = effect;
	const isOwn = config.length + warnings.length + elsewhere.length === 0;
	const signs = {'+': theme.ok('+'), '-': theme.failed('-'), '~': theme.warning('~')};
	const change = ({sign, id, title, lines: changed}: StepChange): string =>
		`  ${signs[sign]} ${theme.strong(id)}  ${hanging(title, 6 + id.length)}${sign === '~' ? lines(changed, 6) : command(changed.join('\n'), 6)}`;
	const rest = steps.slice(mostSteps).map(({id}) => id);
	return [
		...(config.length === 0 ? [] : [heading('in the OCI configuration'), lines(config.map(short), 2)]),
		heading('steps of the example: + added, - gone, ~ changed'),
		...(steps.length === 0
			? [prose(isOwn ? 'None: tsbox itself acts on it, before or after the start.' : 'None on this machine.')]
			: []),
		...steps.slice(0, mostSteps).map(change),
		...(rest.length === 0 ? [] : [row('and', rest.join(', '))]),
		...(protections.length === 0
			? []
			: [
					heading('protections: + added, - gone'),
					...protections.map(({name, on, attack}) => {
						const sign = on ? '+' : '-';
						return `  ${signs[sign]} ${theme.strong(name)}  ${hanging(`${on ? 'stops' : 'open'}: ${attack}`, 6 + name.length)}`;
					}),
				]),
		...warnings.map(warning => row('warning', warning)),
		...elsewhereLines(elsewhere),
		...(steps.length === 0 ? [] : ['\n', row('why', `tsbox explain ${steps[0]?.id ?? ''}`)]),
	];
}

/** The words that can be explained, in groups. */
export function wordsText(groups: WordGroups, look: Look): string {
	const {prose, heading} = painter(look);
	const lists = Object.entries(groups).map(([name, words]) => `${heading(name)}${prose(words.join(', '))}`);
	return `Usage: tsbox explain WORD...\n${lists.join('')}`;
}
