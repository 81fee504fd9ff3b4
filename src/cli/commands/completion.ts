import {type Command, defineCommand} from '../command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `tsbox completion`: a script that lets a shell complete tsbox. */
export const completion = defineCommand({
	name: 'completion',
	describe: 'Print the completion script of a shell',
	examples: [
		['source <(tsbox completion bash)', 'for this shell'],
		['tsbox completion zsh > "${fpath[1]}/_tsbox"', 'for every zsh'],
		['tsbox completion fish > ~/.config/fish/completions/tsbox.fish', 'for every fish'],
	],
	options: {},
	positionals: [{name: 'SHELL', describe: 'bash, zsh or fish', required: true, choices: shells, completes: 'none'}],
	async run({positionals: [shell]}, {io, commands}) {
		const script = await scriptOf(shell);
		io.out(script(commands));
		return 0;
	},
});

async function scriptOf(shell: string | undefined): Promise<(commands: readonly Command[]) => string> {
	if (shell === 'zsh') return (await import('../completion/zsh.ts')).zshCompletion;
	if (shell === 'fish') return (await import('../completion/fish.ts')).fishCompletion;
	return (await import('../completion/bash.ts')).bashCompletion;
}
