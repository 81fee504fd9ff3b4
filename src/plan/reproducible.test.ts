import {expect, test} from 'vitest';
import type {HostFacts} from '../host/facts.ts';
import type {Service} from '../spec/model/project.ts';
import {initScripts} from '../step/script/init-script.ts';
import {launchScript} from '../step/script/launch-script.ts';
import {fitReproducible} from '../container/plan/fit-reproducible.ts';
import {rowsOf, samplePlan, sampleService, savedFacts, stepOf} from '../../test/support/sample-input.ts';

const facts = savedFacts('v2-bookworm');
const service: Partial<Service> = {
	reproducible: true,
	hostname: 'box',
	domainname: '(none)',
	cpuset: '0',
	namespaces: ['mount', 'pid', 'uts', 'ipc', 'network', 'cgroup', 'time'],
	origins: {cpuset: {kind: 'reproducible'}, namespaces: {kind: 'reproducible'}, domainname: {kind: 'reproducible'}},
};

test('each value that reproducible fixes is set by a step and read back', () => {
	const plan = samplePlan({service});
	expect(stepOf(plan, 'namespaces.start').checks).toContainEqual({kind: 'clocks'});
	expect(stepOf(plan, 'process.addresses').checks).toEqual([{kind: 'personality', flag: 0x40000}]);
	expect(stepOf(plan, 'process.privileges').checks[0]).toMatchObject({
		fields: {Umask: '0022', Cpus_allowed_list: '0'},
	});
	expect(rowsOf(plan, 'mounts.after')).toContain(
		'/dev/.box/conf/machine-id /etc/machine-id none bind,ro,nosuid,nodev,noexec',
	);
	expect(plan.warnings).toEqual([]);
});

test('the launch script reads the clocks before unshare resets them, and privileges are dropped through setarch', () => {
	const plan = samplePlan({service});
	expect(launchScript(plan, '/c', facts)).toContain('--time --monotonic "$monotonic" --boottime "$boottime" --fork');
	const {init} = initScripts(plan.steps, '/c', facts);
	expect(init).toMatch(/^set -- \.\/\S+ --library-path \S+ \.\/usr\/bin\/setarch --addr-no-randomize$/m);
	expect(init).toMatch(/^exec "\$@" .*setpriv /m);
});

test('a mount of the spec on /etc/machine-id stays and causes a warning', () => {
	const volumes = [{type: 'tmpfs', target: '/etc/machine-id', readOnly: false, options: []}] as const;
	const plan = samplePlan({service: {...service, volumes}});
	expect(rowsOf(plan, 'mounts.after').filter(row => row.includes('conf/machine-id'))).toEqual([]);
	expect(plan.warnings).toEqual(['not reproducible: /etc/machine-id is a mount of the spec']);
});

test('what the host lacks is left out with a warning, unless the spec itself requests it', () => {
	const less: HostFacts = {
		...facts,
		namespaces: facts.namespaces.filter(kind => kind !== 'time'),
		cgroup: {...facts.cgroup, unifiedControllers: ['memory']},
		tools: {...facts.tools, setarch: null},
	};
	const whole = {...sampleService, ...service};
	const fitted = fitReproducible(whole, less, null);
	expect([fitted.cpuset, fitted.namespaces.includes('time'), fitted.domainname]).toEqual([undefined, false, '(none)']);
	expect(samplePlan({service: fitted, facts: less}).warnings).toMatchInlineSnapshot(`
		[
		  "not reproducible: its clocks go on from the boot of the host",
		  "not reproducible: it sees as many processors as there are",
		  "not reproducible: this host has no setarch that fixes addresses",
		]
	`);
	expect(fitReproducible({...whole, origins: {}}, less, null)).toEqual({...whole, origins: {}});
});
