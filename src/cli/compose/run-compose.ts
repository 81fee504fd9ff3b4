import {TsboxError} from '../../errors/tsbox-error.ts';
import {present} from '../../spec/syntax/pick.ts';
import {helpPage} from '../options/help-page.ts';
import {parseArguments} from '../options/parse-arguments.ts';
import {usageError} from '../options/usage-error.ts';
import {tell} from '../output/tell.ts';
import type {Context, Options} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import {asCommand, type ComposeVerb} from './parts/compose-verb.ts';
import {compose} from './compose.ts';
import {composeOptions, composeSelection, type ComposeValues, verbIndex} from './global-options.ts';
import {allComposeVerbs, composeVerbNames, findComposeVerb, refusedVerbs} from './verbs.ts';

/** Options before the verb that are accepted without effect, and why. */
const without = {
	parallel: 'tsbox decides how much it does at once',
	compatibility: 'containers have the names of Compose 2',
} as const;

/**
 * Runs `tsbox compose WORDS...`: the options before the verb, the verb, and its own arguments. Returns the exit status.
 *
 * @throws TsboxError E_USAGE for a verb or an option that there is not; the errors of the verb.
 */
export async function runCompose(given: readonly string[], context: Context): Promise<number> {
	const {io} = context;
	// `-v` is the version only before the verb.
	const at = verbIndex(given, composeOptions);
	const before = given.slice(0, at).map(word => (word === '-v' ? '--version' : word));
	const {values, globals} = parseArguments({...compose, positionals: []}, before);
	const word = globals.version ? 'version' : given[at];
	if (word === undefined || (globals.help && at === given.length) || word === 'help') {
		const asked = word === 'help' ? given[at + 1] : undefined;
		if (asked !== undefined) return helpOf(await verbOf(asked), io);
		await io.page(await overview(io.columns()));
		return word === undefined && !globals.help ? 2 : 0;
	}
	const verb = await verbOf(word);
	const command = asCommand(verb);
	const unserved: Options = Object.fromEntries(
		Object.entries({...verb.refused, ...verb.ignored}).map(([name, {kind, short}]) => [
			name,
			{kind, describe: '', ...present({short})},
		]),
	);
	const args = parseArguments({...command, options: {...command.options, ...unserved}}, given.slice(at + 1));
	if (args.globals.help || globals.help) return helpOf(verb, io);
	refuse(verb, args.values);
	for (const [name, {why}] of Object.entries(verb.ignored ?? {}))
		if (isGiven(args.values[name])) tell(io, `--${name} has no effect: ${why}`);
	const all = {
		...surroundings(values, verb, context),
		selected: composeSelection(values, io.env),
		allResources: values['all-resources'],
		...present({progress: values.progress ?? (io.env['COMPOSE_PROGRESS'] || undefined)}),
	};
	for (const [name, why] of Object.entries(without))
		if (isGiven(values[name as keyof typeof without])) tell(io, `--${name} has no effect: ${why}`);
	if (values['dry-run'] && verb.dry !== undefined)
		return (await import('./parts/dry-run.ts')).dryRun(verb, args.values, args.positionals, all);
	return verb.run(args, all);
}

/** The context with colors and progress as the options ask for. */
function surroundings(values: ComposeValues, verb: ComposeVerb, context: Context): Context {
	const {env} = context.io;
	const ansi = values.ansi ?? env['COMPOSE_ANSI'];
	const colours = ansi === 'never' ? {NO_COLOR: '1'} : ansi === 'always' ? {FORCE_COLOR: '1'} : {};
	const io: Io = {...context.io, env: {...env, ...colours}};
	if (values['dry-run'] && verb.dry === 'none')
		throw new TsboxError('E_USAGE', `compose ${verb.name} has no --dry-run`, {
			hint: '`tsbox plan` shows what a start does, step by step, and `tsbox compose ps -a` what is there',
		});
	return {...context, io};
}

async function verbOf(word: string): Promise<ComposeVerb> {
	const verb = await findComposeVerb(word);
	if (verb !== undefined) return verb;
	const refused = Object.hasOwn(refusedVerbs, word) ? refusedVerbs[word] : undefined;
	if (refused !== undefined)
		throw new TsboxError('E_USAGE', `\`compose ${word}\` is not supported`, {why: refused.why, hint: refused.hint});
	throw usageError(`compose has no verb "${word}"`, {word, known: composeVerbNames}, 'compose');
}

/** @throws TsboxError E_USAGE for the first option that tsbox does not have. */
function refuse({name: verb, refused = {}}: ComposeVerb, values: Readonly<Record<string, unknown>>): void {
	const found = Object.entries(refused).find(([name]) => isGiven(values[name]));
	if (found === undefined) return;
	const [name, {why, hint}] = found;
	throw new TsboxError('E_USAGE', `compose ${verb} --${name} is not supported`, {why, hint});
}

function isGiven(value: unknown): boolean {
	return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

async function helpOf(verb: ComposeVerb, io: Io): Promise<number> {
	const command = asCommand(verb);
	await io.page(helpPage({Verbs: [command]}, command.name, io.columns()));
	return 0;
}

/** The help page of `tsbox compose`. */
async function overview(columns: number): Promise<string> {
	const verbs = await allComposeVerbs();
	const page = helpPage({Verbs: [compose]}, compose.name, columns);
	const longest = Math.max(...verbs.map(({name}) => name.length));
	const list = verbs.map(({name, describe}) => `  ${name.padEnd(longest)}  ${describe}\n`);
	return `${page}\nVerbs:\n${list.join('')}\nFor help on a verb: tsbox compose VERB --help\n`;
}
