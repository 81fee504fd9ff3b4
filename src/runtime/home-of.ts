import {readAt} from '../host/files/descriptors.ts';
import {pin, unpin} from '../host/files/pinned.ts';
import {walkInRoot} from '../host/files/root-walk.ts';
import {closeDescriptor} from '../host/programs/stdio.ts';
import type {OciProcess} from '../oci/config.ts';

/**
 * The home folder by the user's number in the /etc/passwd of a root filesystem, for a process whose environment has none, or an empty one. The folder is walked
 * without following its symlinks on the host.
 */
export function homeOf(process: Pick<OciProcess, 'env' | 'user'>, root: string): string | undefined {
	if ((process.env.findLast(each => each.startsWith('HOME=')) ?? 'HOME=') !== 'HOME=') return undefined;
	const folder = pin(root);
	try {
		const text = walkInRoot(folder, '/etc/passwd', found => {
			const fd = found.kind === 'file' ? found.open() : undefined;
			if (fd === undefined) return '';
			const bytes = readAt(fd, 0, 1024 * 1024);
			closeDescriptor(fd);
			return bytes.toString('utf8');
		});
		const fields = text.split('\n').map(line => line.split(':'));
		const home = fields.find(([, , uid]) => uid === String(process.user.uid))?.[5];
		return home?.startsWith('/') === true ? home : '/';
	} finally {
		unpin(folder);
	}
}
