import type {Service} from '../../spec/model/project.ts';

/** What a bundle cannot say of a service: whoever runs it has to. */
const rows: readonly (readonly [key: string, isSet: (service: Service) => boolean])[] = [
	['ports', ({ports}) => ports.length > 0],
	['networks', ({networks}) => (networks ?? []).length > 0],
	['extra_hosts', ({extraHosts}) => (extraHosts ?? []).length > 0],
	['dns', ({dns}) => (dns ?? []).length > 0],
	['dns_search', ({dnsSearch}) => (dnsSearch ?? []).length > 0],
	['dns_opt', ({dnsOpt}) => (dnsOpt ?? []).length > 0],
	['external_links', ({externalLinks}) => (externalLinks ?? []).length > 0],
	['veth', ({veth}) => veth !== undefined],
	['egress', ({egress}) => egress !== undefined],
	['restart', ({restart}) => restart !== undefined && restart.kind !== 'no'],
	['depends_on', ({dependsOn}) => (dependsOn ?? []).length > 0],
	['healthcheck', ({healthcheck}) => healthcheck !== undefined],
	['post_start', ({postStart}) => (postStart ?? []).length > 0],
	['pre_stop', ({preStop}) => (preStop ?? []).length > 0],
	['init', ({init}) => init],
	['landlock', ({landlock}) => landlock !== undefined],
	['stop_signal', ({stopSignal}) => stopSignal !== 'SIGTERM'],
	['logging', ({logging}) => logging !== undefined],
	['keep', ({keep}) => keep],
	['reproducible', ({reproducible}) => reproducible === true],
	['cgroup_parent', ({cgroupParent}) => cgroupParent !== undefined],
];

/** The keys of a service that a bundle leaves out. */
export function leftOutKeys(service: Service): readonly string[] {
	return rows.flatMap(([key, isSet]) => (isSet(service) ? [key] : []));
}
