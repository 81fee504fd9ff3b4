import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {allCommands} from '../commands.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const commands = await allCommands();

const script = async (shell: string) => (await tsbox(`completion ${shell}`)).out;

/** A fake tsbox that prints its arguments. */
const asked = 'if [ "$2" = names ]; then printf "%s\\n" "$3-of-$4" web demo; fi';

/** The completions of bash for a line. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
	const program = `tsbox() { ${asked}; }
${await script('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tsbox
printf '%s\n' "\${COMPREPLY[@]}"`;
	const text = execFileSync('bash', ['--norc', '-c', program, 'bash', 'tsbox', ...words], {
		encoding: 'utf8',
		cwd: import.meta.dirname,
	});
	return text.split('\n').filter(word => word !== '');
}

/** The completions of fish for a line. */
async function offeredByFish(line: string): Promise<readonly string[]> {
	const program = `function tsbox; if test "$argv[2]" = names; printf '%s\n' "$argv[3]-of-$argv[4]" web demo; end; end
${await script('fish')}
complete -C ${JSON.stringify(line)}`;
	const text = execFileSync('fish', ['--no-config', '-c', program], {encoding: 'utf8', cwd: import.meta.dirname});
	return text
		.split('\n')
		.flatMap(word => word.split('\t')[0] ?? [])
		.filter(word => word !== '');
}

test('bash completes verbs, options, choices and names', async () => {
	expect(await offered('')).toEqual(commands.map(({name}) => name));
	expect(await offered('p')).toEqual(['plan', 'pause', 'ps', 'port']);
	expect(await offered('up', '--be')).toEqual(['--best-effort']);
	expect(await offered('exec', '')).toEqual(['container-of-', 'web', 'demo']);
	expect(await offered('images', 'p')).toEqual(['pull', 'prune', 'push']);
	expect(await offered('explain', 'up', 'w')).toEqual(['word-of-up', 'web']);
	expect(await offered('run', 'demo.yaml', '--', 'l')).toEqual([]);
});

test('bash tells arguments apart: services after a spec, nothing after the last argument', async () => {
	expect(await offered('up', '-d', 'shop.yaml', '')).toEqual(['service-of-shop.yaml', 'web', 'demo']);
	expect(await offered('up', 'shop.yaml', 'web', 'd')).toEqual(['demo']);
	expect(await offered('stop', 'shop', 's')).toEqual(['service-of-shop']);
	expect(await offered('stop', '-t', '5', '')).toEqual(['project-of-', 'web', 'demo']);
	expect(await offered('plan', 'a.yaml', 'web', '')).toEqual([]);
	expect(await offered('--state', '/x', 'volume', 'rm', 'v')).toEqual(['volume-of-rm']);
	expect(await offered('up', '--exit-code-from', 'w')).toEqual(['web']);
	expect(await offered('plan', '--format', '')).toEqual(['table', 'json', 'sh']);
});

test('bash completes verbs of compose after options, and their services', async () => {
	expect(await offered('compose', 'p')).toEqual(['pause', 'port', 'ps', 'pull', 'push']);
	expect(await offered('compose', '-p', 'shop', 'unp')).toEqual(['unpause']);
	expect(await offered('compose', 'up', '--force')).toEqual(['--force-recreate']);
	expect(await offered('compose', 'up', '')).toEqual(['service-of-', 'web', 'demo']);
	expect(await offered('compose', 'up', 'web', 'd')).toEqual(['demo']);
	expect(await offered('compose', '--ansi', 'n')).toEqual(['never']);
});

test('fish completes verbs of compose, and their options', async () => {
	expect(await offeredByFish('tsbox compose unp')).toEqual(['unpause']);
	expect(await offeredByFish('tsbox compose up --force')).toEqual(['--force-recreate']);
	expect(await offeredByFish('tsbox up --bes')).toEqual(['--best-effort']);
	expect(await offeredByFish('tsbox compose up --bes')).toEqual([]);
	expect(await offeredByFish('tsbox compose stop ')).toEqual(['demo', 'service-of-stop', 'web'].sort());
});

test('fish completes verbs, options, choices and names', async () => {
	expect(await offeredByFish('tsbox pau')).toEqual(['pause']);
	expect(await offeredByFish('tsbox exec ')).toEqual(['container-of-', 'demo', 'web']);
	expect(await offeredByFish('tsbox up shop.yaml s')).toContain('service-of-shop.yaml');
	expect(await offeredByFish('tsbox plan --format ')).toEqual(['json', 'sh', 'table']);
	expect(await offeredByFish('tsbox up --exit-code-from w')).toEqual(['web']);
});

test('bash and zsh parse their scripts', async () => {
	for (const shell of ['bash', 'zsh'])
		expect(execFileSync(shell, ['-n'], {input: await script(shell), encoding: 'utf8'})).toBe('');
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

test('the scripts of zsh and fish quote descriptions', async () => {
	expect(await script('zsh')).toContain(`[Set a variable; without VALUE, copy the caller'\\''s]`);
	expect(await script('fish')).toContain(`-d 'Set a variable; without VALUE, copy the caller\\'s'`);
});
