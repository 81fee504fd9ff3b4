import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {dirname} from 'node:path';
import {expect, test} from 'vitest';
import {buildContext, built, fromBusybox, unfinished} from '../system/build-context.ts';
import {target} from './attack.ts';

test('text of a Dockerfile is no option of a tool of the host', async () => {
	await using at = await target();
	const {box, canary} = at;
	const act = `touch ${dirname(canary.path)}/made`;
	const text = `${fromBusybox}FROM base AS evil
ENV -S=x "a b"=c LD_PRELOAD=/x.so BASH_ENV=/x
RUN ["cat", "/proc/self/environ"]
WORKDIR -C
RUN pwd && mkdir -- "/--checkpoint=1" /-rf && touch -- "/--checkpoint-action=exec=${act.replaceAll('/', '_')}" "/--to-command=sh" "/-I sh"
FROM base
COPY --from=evil ["/--*", "/-rf", "/-I sh", "/got/"]
COPY -rf* --checkpoint* /got/
RUN ls /got
`;
	const folder = buildContext(box, text, {'-rf': '', '--checkpoint=1': ''});
	const {out, err} = await box.tsbox(['build', folder]);
	expect({err, isMade: out.startsWith('sha256:')}).toMatchObject({isMade: true});
	const said = `${out}${err}`;
	for (const word of [
		'-S=x\0',
		'a b=c\0',
		'LD_PRELOAD=/x.so\0',
		'/-C\n',
		'--to-command=sh\n',
		'-I sh\n',
		'-rf\n',
		'--checkpoint-action',
	])
		expect(said).toContain(word);
	for (const run of ['RUN ["--help"]', 'SHELL ["-c"]\nRUN true', 'SHELL ["--version", "-c"]\nRUN true'])
		expect(await box.tsbox(['build', buildContext(box, `${fromBusybox}${run}`)])).toMatchObject({status: 127});
	canary.isUntouched();
	expect(unfinished(box)).toEqual([]);
});

test('a URL of ADD is one request, whatever is in it', async () => {
	await using at = await target();
	const {box} = at;
	const asked: (string | undefined)[] = [];
	const server = createServer(({url}, answer) => {
		asked.push(url);
		answer.end('x');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	try {
		const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		await built(box, [buildContext(box, `${fromBusybox}ADD ${from}/a[1-50] /one\nADD ${from}/{b,c,d} /two\n`)]);
	} finally {
		server.close();
	}
	expect(asked).toEqual(['/a[1-50]', '/{b,c,d}']);
});

test('a trigger of a hostile base asks for no more than a Dockerfile may', async () => {
	await using at = await target();
	const {box, canary} = at;
	const triggers = [
		`RUN --mount=source=../../../../../..${canary.path},target=/m cat /m`,
		'RUN --mount=type=bind,from=base,target=/proc true',
		'RUN --mount=type=tmpfs,target=/sys/fs/cgroup true',
		'RUN --mount=type=secret,id=key,required=true cat /run/secrets/key',
		`COPY ../../../../../..${canary.path} /got`,
	];
	for (const trigger of triggers) {
		await built(box, ['-t', 'evil', buildContext(box, `${fromBusybox}ONBUILD ${trigger}`)]);
		const {status, err} = await box.tsbox(['build', buildContext(box, `${fromBusybox}FROM evil`)]);
		expect({trigger, failed: status !== 0}).toEqual({trigger, failed: true});
		expect(err).not.toMatch(/canary [0-9a-f]{16}/);
	}
	canary.isUntouched();
});
