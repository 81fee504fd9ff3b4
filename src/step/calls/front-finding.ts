import type {HostFacts} from '../../host/facts.ts';
import type {Finding} from '../../host/diagnose/finding.ts';
import {installCommand} from '../../host/diagnose/install.ts';
import {callTrouble} from './call-trouble.ts';

/** The perl(1) that bin/tsbox starts: it looks for no other. */
export const frontPerl = '/usr/bin/perl';

/** Variables with which bin/tsbox starts Node at once: they would steer perl(1) or its loader. */
const steering = [
	'LD_PRELOAD',
	'LD_LIBRARY_PATH',
	'LD_AUDIT',
	'PERL5OPT',
	'PERL5LIB',
	'PERLLIB',
	'PERL5DB',
	'PERLIO',
	'PERL_UNICODE',
	'PERL_SIGNALS',
	'PERL_BADLANG',
];

/** Why no container of the caller is started without Node; undefined when some are. */
function frontTrouble(facts: HostFacts, env: Readonly<Record<string, string | undefined>>): string | undefined {
	const set = [...steering, 'TSBOX_DEBUG'].find(name => (env[name] ?? '') !== '');
	if (env['TSBOX_FRONT'] === 'off') return 'TSBOX_FRONT is off';
	if (facts.user.uid !== 0) return 'only for root';
	if (facts.tools.perl?.path !== frontPerl) return `there is no ${frontPerl}`;
	return set === undefined ? callTrouble([], facts) : `${set} is set`;
}

/** The line of `tsbox doctor` about starts without Node: docs/architecture/front.md. */
export function frontFinding(facts: HostFacts, env: Readonly<Record<string, string | undefined>>): Finding {
	const trouble = frontTrouble(facts, env);
	return {
		id: 'front',
		area: 'programs',
		subject: 'start without Node',
		state: trouble === undefined ? 'ok' : 'warn',
		found: trouble === undefined ? 'run of a spec that has not changed' : `no: ${trouble}`,
		without: 'each run starts Node, which takes longer than the container',
		hint: facts.tools.perl === null ? installCommand('perl', facts.packageManager) : null,
	};
}
