import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {buildContext, fromBusybox, unfinished} from '../system/build-context.ts';
import {target} from './attack.ts';

/** Files of a folder that have a text, also where they are compressed. */
function filesWith(folder: string, text: string): readonly string[] {
	const find = 'find "$1" -type f | while read -r f; do zcat -f -- "$f" | grep -qaF -e "$2" && echo "$f"; done; true';
	return execFileSync('sh', ['-c', find, 'sh', folder, text], {encoding: 'utf8'})
		.split('\n')
		.filter(line => line !== '');
}

test.each(['done', 'fails', 'killed'])(
	'secrets and the socket of an agent stay nowhere when the build is %s',
	async how => {
		await using at = await target();
		const {box} = at;
		const agent = createServer().listen(join(box.folder, 'agent'));
		await once(agent, 'listening');
		const mounts =
			'--mount=type=secret,id=key,mode=0444 --mount=type=secret,id=word,env=WORD --mount=type=ssh,required=true';
		const last = {done: 'true', fails: 'exit 3', killed: 'echo stays >&2; sleep 600'}[how];
		const text = `${fromBusybox}RUN ${mounts} [ -S $SSH_AUTH_SOCK ] && [ "$(cat /run/secrets/key)" = open""sesame ] && [ $WORD = xyz""zy ] && touch /x && ${last}\n`;
		const folder = buildContext(box, text);
		const args = ['--secret', `id=key,src=${box.file('key', 'opensesame\n')}`, '--secret', 'id=word,env=THE_WORD'];
		const env = {THE_WORD: 'xyzzy', SSH_AUTH_SOCK: join(box.folder, 'agent')};
		try {
			const build = box.start(['build', '--json', ...args, '--ssh', 'default', folder], {env});
			if (how === 'killed') {
				await build.says('stays\n');
				build.child.kill('SIGKILL');
			}
			const {status, out, err} = await build.ended;
			expect(status).toBe({done: 0, fails: 1, killed: null}[how]);
			const swept = how === 'killed' ? (await box.tsbox(['gc'])).status : 0;
			expect(swept).toBe(0);
			expect(`${out}${err}`).not.toMatch(/opensesame|xyzzy/);
			for (const place of ['store', 'state'])
				for (const secret of ['opensesame', 'xyzzy', env.SSH_AUTH_SOCK])
					expect(filesWith(join(box.folder, place), secret).filter(file => !file.endsWith('facts.json'))).toEqual([]);
			expect(readdirSync(join(box.folder, 'store/lower')).length).toBe(how === 'done' ? 2 : 1);
			expect(unfinished(box)).toEqual([]);
		} finally {
			agent.close();
		}
	},
);
