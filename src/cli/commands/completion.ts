import {type CommandTree, type Context, defineCommand} from '../verb/command.ts';
import {commandTrees} from '../verb/command-trees.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
const kinds = ['container', 'project', 'service', 'volume', 'network', 'image', 'run', 'word'] as const;

/** `tsbox completion`: prints a shell completion script, or the names that the script looks up. */
export const completion = defineCommand({
	name: 'completion',
	describe: 'Print the completion script of a shell',
	examples: [
		['source <(tsbox completion bash)', 'for this shell'],
		['tsbox completion zsh > "${fpath[1]}/_tsbox"', 'for every zsh'],
		['tsbox completion fish > ~/.config/fish/completions/tsbox.fish', 'for every fish'],
		['tsbox completion names service shop.yaml', 'the names that the script looks up'],
	],
	options: {},
	positionals: [
		{
			name: 'SHELL',
			describe: 'bash, zsh, or fish; or names',
			required: true,
			choices: [...shells, 'names'],
			completes: 'none',
		},
		{
			name: 'KIND',
			describe: 'With names: container, project, service, volume, network, image, run, or word',
			choices: kinds,
			completes: 'none',
		},
		{name: 'OF', describe: 'With names service: spec or project', completes: 'file'},
	],
	async run({positionals: [shell, kind, word]}, context) {
		const {io, commands} = context;
		if (shell === 'names') return names(kinds.find(each => each === kind) ?? 'container', word, context);
		const script = await scriptOf(shell);
		io.out(script(await commandTrees(await commands())));
		return 0;
	},
});

async function names(
	kind: (typeof kinds)[number],
	word: string | undefined,
	{io, engine, folders, commands}: Context,
): Promise<number> {
	if (kind === 'word') {
		const {allWords} = await import('../explain/known-words.ts');
		// A shell would have to quote the others.
		const words = allWords(io, await commands()).filter(each => /^[\w.+-]+$/.test(each));
		io.out(words.map(each => `${each}\n`).join(''));
		return 0;
	}
	const found = await engine.knownNames(await engine.openMachine(folders), kind, word, io.cwd);
	io.out(found.map(name => `${name}\n`).join(''));
	return 0;
}

async function scriptOf(shell: string | undefined): Promise<(commands: readonly CommandTree[]) => string> {
	if (shell === 'zsh') return (await import('../completion/zsh.ts')).zshCompletion;
	if (shell === 'fish') return (await import('../completion/fish.ts')).fishCompletion;
	return (await import('../completion/bash.ts')).bashCompletion;
}
