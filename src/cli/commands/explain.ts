import {resolve} from 'node:path';
import {defineCommand} from '../verb/command.ts';
import {factsOption, jsonOption} from '../options/arguments.ts';
import {usageError} from '../options/usage-error.ts';
import {withFacts} from '../options/with-facts.ts';
import {lookOf} from '../output/look-of.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Plans} from '../explain/sources.ts';
import type {Topic} from '../../view/explain/topic.ts';

/** `tsbox explain`: what a key, a verb, a step, an error or a term means, shown on plans of this machine. */
export const explain = defineCommand({
	name: 'explain',
	describe: 'Explain a key, verb, step, error, exit status, or term',
	examples: [
		['tsbox explain mem_limit', 'a key: its values, an example, and the steps that the example makes here'],
		['tsbox explain root.pivot', 'a step: its reason, command, man page, check, and undo'],
		['tsbox explain mounts', 'all steps of a phase'],
		['tsbox explain E_CHECK_FAILED 137', 'an error and an exit status'],
		['tsbox explain cgroup', 'a term of the glossary, and the steps that use it'],
		['tsbox explain', 'all words that can be explained'],
	],
	options: {
		...jsonOption,
		spec: {kind: 'text', value: 'FILE', describe: 'Show the steps of this spec', completes: 'file'},
		service: {kind: 'text', value: 'NAME', describe: 'With --spec: service in it', completes: 'service'},
		...factsOption,
	},
	positionals: [
		{name: 'WORD', describe: 'What to explain; by default all words are listed', many: true, completes: 'word'},
	],
	async run({values, positionals: words}, {io, engine, folders, commands: load}) {
		const commands = await load();
		const {allWords, wordGroups} = await import('../explain/known-words.ts');
		const {topicText, wordsText} = await import('../../view/explain/topic-text.ts');
		const {jsonText} = await import('../../view/text/json.ts');
		if (words.length === 0) {
			const groups = wordGroups(io, commands);
			if (values.json) io.out(jsonText(groups, 2));
			else await io.page(wordsText(groups, await lookOf(io, 'stdout', groups)));
			return 0;
		}
		const {findTopics} = await import('../explain/find-topics.ts');
		let machine: ReturnType<typeof withFacts> | undefined;
		const openMachine = () =>
			(machine ??= engine
				.openMachine({...folders, planOnly: true})
				.then(opened => withFacts(opened, values.facts, io)));
		const {spec, service} = values;
		const plans: Plans = {
			ofSpec: spec !== undefined,
			example: async key => engine.planExample(await openMachine(), key),
			async *samples() {
				if (spec === undefined) return yield* engine.planSamples(await openMachine());
				const request = {cwd: io.cwd, env: io.env, file: resolve(io.cwd, spec), ...present({service})};
				const {plan} = await engine.planContainer(await openMachine(), request, {dry: true});
				yield {label: spec, plan};
			},
		};
		const topics: Topic[] = [];
		for (const word of words) {
			const found = await findTopics(word, {io, commands, plans});
			if (found.length === 0)
				throw usageError(`nothing is called "${word}"`, {word, known: allWords(io, commands)}, 'explain');
			topics.push(...found);
		}
		if (values.json) io.out(jsonText(topics, 2));
		else await io.page(`${topicText(topics, await lookOf(io, 'stdout', topics))}`);
		return 0;
	},
});
