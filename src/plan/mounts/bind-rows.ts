import type {OciMount} from '../../oci/config.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {opensNodes} from '../cgroup/plan-devices.ts';
import {isInUserNamespace, type PlanInput} from '../input/input.ts';
import {pointOption} from './nested-mount.ts';
import {type StagedSource, stagedAt} from './staged-sources.ts';

/** The rows of a user's bind mount. The kernel applies `ro` only to the top of a recursive bind, so each submount gets a row. */
export function bindRows(input: PlanInput, mount: OciMount, staged: readonly StagedSource[]): readonly MountRow[] {
	const source = stagedAt(input, mount, staged);
	const why = mount.options.includes('ro') ? 'a path of the host, to be read only' : 'a path of the host';
	const isOfDevices = opensNodes(input) && /^\/dev(?:\/|$)/.test(input.sources[mount.source]?.real ?? '');
	const asked = mount.options.filter(
		option => !['bind', 'rbind', 'rw', ...(isOfDevices ? ['nodev'] : [])].includes(option),
	);
	const locked = isInUserNamespace(input) ? (input.sources[mount.source]?.locked ?? []) : [];
	const rest = [...asked, ...locked.filter(flag => !asked.includes(flag))];
	const submounts = input.sources[mount.source]?.submounts ?? [];
	if (!mount.options.includes('rbind'))
		return [
			{
				source,
				target: mount.destination,
				type: 'none',
				options: ['bind', ...rest, ...pointOption(input, mount)],
				why,
			},
		];
	return ['', ...submounts].map(below => ({
		source: `${source}${below === '' ? '' : `/${below}`}`,
		target: `${mount.destination}${below === '' ? '' : `/${below}`}`,
		type: 'none',
		options: ['bind', ...rest, ...(below === '' ? pointOption(input, mount) : [])],
		why,
	}));
}
