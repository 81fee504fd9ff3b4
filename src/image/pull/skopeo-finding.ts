import type {Finding} from '../../host/diagnose/finding.ts';
import {installCommand} from '../../host/diagnose/install.ts';
import type {PackageManager} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {findSkopeo} from './skopeo.ts';

/** The line of `tsbox doctor` about skopeo, which fetches images. */
export function skopeoFinding(host: Host, manager: PackageManager | null): Finding {
	const path = findSkopeo(host);
	return {
		id: 'tool.skopeo',
		area: 'programs',
		subject: 'skopeo',
		state: path === undefined ? 'warn' : 'ok',
		found: path ?? 'not found',
		without: '`image:` has only what the store has already',
		hint: path === undefined ? installCommand('skopeo', manager) : null,
	};
}
