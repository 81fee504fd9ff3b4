import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {commands} from '../commands.ts';
import {tsbox} from '../fake-surroundings.ts';

const script = async (shell: string) => (await tsbox(`completion ${shell}`)).out;

/** What bash offers after a line; tsbox itself is a function that knows two containers. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
	const program = `tsbox() { printf 'demo\\nweb\\n'; }
${await script('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tsbox
printf '%s\\n' "\${COMPREPLY[@]}"`;
	const text = execFileSync('bash', ['--norc', '-c', program, 'bash', 'tsbox', ...words], {
		encoding: 'utf8',
		cwd: import.meta.dirname,
	});
	return text.split('\n').filter(word => word !== '');
}

test('bash completes verbs, options, choices and container names', async () => {
	expect(await offered('')).toEqual(commands.map(({name}) => name));
	expect(await offered('p')).toEqual(['pause', 'ps', 'port', 'plan']);
	expect(await offered('up', '--be')).toEqual(['--best-effort']);
	expect(await offered('exec', '')).toEqual(['demo', 'web']);
	expect(await offered('down', 'w')).toEqual(['web']);
	expect(await offered('images', 'p')).toEqual(['prune']);
	expect(await offered('run', 'demo.yaml', '--', 'l')).toEqual([]);
});

test('every script names every verb and option', async () => {
	for (const shell of ['bash', 'zsh', 'fish']) {
		const text = await script(shell);
		for (const {name, options} of commands) {
			expect(text).toContain(name);
			for (const option of Object.keys(options)) expect(text).toMatch(new RegExp(`(--|-l )${option}\\b`));
		}
	}
});

test('the scripts of zsh and fish quote what they say', async () => {
	expect(await script('zsh')).toContain(`'--best-effort[Leave out what this host can'\\''t do, with a warning]'`);
	expect(await script('fish')).toContain(`-l best-effort -d 'Leave out what this host can\\'t do, with a warning'`);
});
