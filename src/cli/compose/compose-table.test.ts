import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';
import {composeOptions} from './global-options.ts';
import {allComposeVerbs, refusedVerbs} from './verbs.ts';

/* Every verb and option of `docker compose` works, is refused with a reason, or is accepted with one: none is dropped. */

/** The options of docker compose 5 before the verb. Facts of its reference, docs.docker.com/reference/cli/docker/compose. */
const globals =
	'all-resources ansi compatibility dry-run env-file file parallel profile progress project-directory project-name';

/** The options of each verb, with letters where they have one. */
const reference: Readonly<Record<string, string>> = {
	attach: 'detach-keys index no-stdin sig-proxy',
	build:
		'build-arg builder check memory,m no-cache print provenance pull push quiet,q sbom ssh with-dependencies compress force-rm no-rm parallel progress',
	commit: 'author,a change,c index message,m pause,p',
	config:
		'environment format hash images lock-image-digests models networks no-consistency no-env-resolution no-interpolate no-normalize no-path-resolution output,o profiles quiet,q resolve-image-digests services variables volumes',
	cp: 'all archive,a follow-link,L index',
	create: 'build force-recreate no-build no-recreate pull quiet-pull remove-orphans scale yes,y',
	down: 'remove-orphans rmi timeout,t volumes,v',
	events: 'json since until',
	exec: 'detach,d env,e index no-TTY no-tty,T privileged user,u workdir,w interactive,i tty,t',
	export: 'index output,o',
	images: 'format quiet,q',
	kill: 'remove-orphans signal,s',
	logs: 'follow,f index no-color no-log-prefix since tail,n timestamps,t until',
	ls: 'all,a filter format quiet,q',
	pause: '',
	port: 'index protocol',
	ps: 'all,a filter format no-trunc orphans quiet,q services status',
	pull: 'ignore-buildable ignore-pull-failures include-deps no-parallel parallel policy quiet,q',
	push: 'ignore-push-failures include-deps quiet,q',
	restart: 'no-deps timeout,t',
	rm: 'all,a force,f stop,s volumes,v',
	run: 'build cap-add cap-drop detach,d entrypoint env,e env-from-file interactive,i label,l name no-TTY no-tty,T no-deps publish,p pull quiet,q quiet-build quiet-pull remove-orphans rm service-ports,P use-aliases user,u volume,v workdir,w tty,t',
	scale: 'no-deps',
	start: 'wait wait-timeout',
	stats: 'all,a format no-stream no-trunc',
	stop: 'timeout,t',
	top: '',
	unpause: '',
	up: 'abort-on-container-exit abort-on-container-failure always-recreate-deps attach attach-dependencies build detach,d exit-code-from force-recreate menu no-attach no-build no-color no-deps no-log-prefix no-recreate no-start pull quiet-build quiet-pull remove-orphans renew-anon-volumes,V scale timeout,t timestamps wait wait-timeout watch,w yes,y',
	version: 'format,f short',
	volumes: 'format quiet,q',
	wait: 'down-project',
	watch: 'no-up prune quiet',
};
const verbs = await allComposeVerbs();

test('each verb of docker compose is there, or refused', () => {
	const known = [...verbs.map(({name}) => name), ...Object.keys(refusedVerbs)];
	expect(known.sort()).toEqual([...Object.keys(reference), 'alpha', 'bridge', 'publish'].sort());
});

test.each(Object.entries(reference))('compose %s has the options of docker compose', (name, words) => {
	const verb = verbs.find(each => each.name === name);
	const known = {...verb?.options, ...verb?.refused, ...verb?.ignored};
	const wanted = words.split(' ').filter(word => word !== '');
	const found = wanted.map(word => {
		const [option = '', short] = word.split(',');
		const own = known[option];
		return own === undefined ? `no ${option}` : [option, ...(short === undefined ? [] : [own.short])].join();
	});
	expect(found).toEqual(wanted);
});

test('the options before the verb are those of docker compose', () => {
	expect(Object.keys(composeOptions).sort()).toEqual(globals.split(' '));
});

test('a refused verb and a refused option say why, and what to use', async () => {
	for (const name of Object.keys(refusedVerbs)) {
		const {status, err} = await tsbox(`compose ${name}`);
		expect({status, err}).toEqual({status: 2, err: expect.stringMatching(/not supported\n {2}cause .+\n {2}hint .+/)});
	}
	for (const {name, refused = {}, positionals, rest} of verbs)
		for (const [option, {kind}] of Object.entries(refused)) {
			const value = kind === 'flag' ? '' : ' x';
			const words = [...positionals.map(() => 'web'), ...(rest === undefined ? [] : ['true'])].join(' ');
			const {status, err} = await tsbox(`compose ${name} --${option}${value} ${words}`);
			expect({status, err}).toEqual({
				status: 2,
				err: expect.stringMatching(/--[\w-]+ is not supported\n {2}cause .+\n {2}hint .+/),
			});
		}
});

test('a word that is no verb or no option is refused with the nearest one', async () => {
	expect(await tsbox('compose pss')).toMatchObject({status: 2, err: expect.stringContaining('did you mean ps?')});
	expect(await tsbox('compose up --wiat')).toMatchObject({status: 2, err: expect.stringContaining('--wait?')});
});

test.each(verbs.map(({name}) => name))('compose %s has a help page', async name => {
	const {status, out} = await tsbox(`compose ${name} --help`);
	expect(status).toBe(0);
	expect(out).toContain(`Usage: tsbox compose ${name} [OPTIONS]`);
	expect(await tsbox(`compose help ${name}`)).toMatchObject({status: 0, out});
});

test('compose --help lists all verbs', async () => {
	const {out} = await tsbox('compose --help');
	for (const {name, describe} of verbs) expect(out).toMatch(new RegExp(`\n  ${name} +${describe.slice(0, 10)}`));
});
