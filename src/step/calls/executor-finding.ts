import type {HostFacts} from '../../host/facts.ts';
import type {Finding} from '../../host/diagnose/finding.ts';
import {installCommand} from '../../host/diagnose/install.ts';
import {callTrouble} from './call-trouble.ts';

/** The line of `tsbox doctor` about who makes containers on this machine where the choice is left to tsbox. */
export function executorFinding(facts: HostFacts): Finding {
	const trouble = callTrouble([], facts);
	return {
		id: 'executor',
		area: 'programs',
		subject: 'executor',
		state: trouble === undefined ? 'ok' : 'warn',
		found:
			trouble === undefined
				? `calls, ${facts.tools.perl?.path ?? 'perl'} on ${facts.kernel.arch}`
				: `commands: ${trouble}`,
		without: 'a start takes a dozen programs',
		hint: facts.tools.perl === null ? installCommand('perl', facts.packageManager) : null,
	};
}
