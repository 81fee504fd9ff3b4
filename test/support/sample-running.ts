import type {Machine} from '../../src/container/machine/machine.ts';
import {recordingHost} from './recording-host.ts';
import type {ContainerRecord} from '../../src/state/record.ts';
import {sampleRecord} from './sample-record.ts';

/** A machine with these files, on which the container `demo` runs with process 7. */
export function machineWith(files: Readonly<Record<string, string>>, changes: Partial<ContainerRecord> = {}): Machine {
	const record: ContainerRecord = {
		...sampleRecord,
		process: {pid: 7, startTime: '500', started: 1, namespaceIds: {}, ids: {uid: 0, gid: 0, groups: []}},
		...changes,
	};
	const host = recordingHost({
		'/proc/sys/kernel/random/boot_id': sampleRecord.bootId,
		'/proc/7/stat': `7 (httpd) S ${Array.from({length: 18}, () => 0).join(' ')} 500 0`,
		'/proc/7/status': 'Name:\thttpd\nNSpid:\t7\t1\n',
		'/state/containers/demo/record.json': JSON.stringify(record),
		...files,
	});
	return {host, dirs: {store: '/store', state: '/state'}} as unknown as Machine;
}
