import {randomBytes} from 'node:crypto';
import {dirname} from 'node:path';
import type {HostFacts, ToolFacts, ToolName} from '../facts.ts';
import type {Host} from '../host.ts';
import {ask} from './ask.ts';
import {type MountInfo, mountOf} from './mountinfo.ts';

/** Filesystems that cannot hold an overlay's writable layer; kernel Documentation/filesystems/overlayfs.rst. */
const notForUpper = /^(overlay|nfs\d?|cifs|smb3|vfat|exfat|ntfs3?|9p|fuse.*|virtiofs|ecryptfs|squashfs|iso9660)$/;

/**
 * Mounts overlays in a mount namespace that ends with the script. $1 is the folder for the trial, $2 a mount option, $3 is `all`, or
 * `tmpfs` when nothing may be written to the folder's filesystem. A mount(8) that does not know X-mount.idmap ignores it silently,
 * so the script checks mountinfo.
 */
const trialScript = `try() {
	mkdir -p "$3/upper" "$3/work" "$3/root" "$3/lower" &&
	if why=$(mount -t overlay -o "lowerdir=$2,upperdir=$3/upper,workdir=$3/work$4" overlay "$3/root" 2>&1)
	then echo "$1 ok"; else echo "$1 no $why"; fi
}
try_idmapped() {
	mkdir -p "$1/lower" "$1/image" && mount --bind -o X-mount.idmap=b:0:1000000:65536 "$1/lower" "$1/image" || return
	while read -r _ _ _ _ target options _; do
		[ "$target" = "$1/image" ] || continue
		case ,$options, in *,idmapped,*) try idmapped "$1/image" "$1" ;; esac
	done < /proc/self/mountinfo
}
[ "$3" = tmpfs ] || [ -n "$2" ] || try_idmapped "$1/c" 2>/dev/null
[ "$3" = tmpfs ] || { try store "$1/a/lower" "$1/a" "$2"; try hostLower / "$1/b" "$2"; mkdir -p "$1/t"; }
if [ "$3" = tmpfs ]; then folder=$1; else folder=$1/t; fi
mount -t tmpfs tmpfs "$folder" && try tmpfs "$folder/lower" "$folder" "$2"`;

/** Options of {@link probeOverlay}. */
export interface OverlayTrial {
	readonly tools: Readonly<Record<ToolName, ToolFacts | null>>;
	readonly mounts: readonly MountInfo[];
	readonly uid: number;
	/** The folder of the store, which may not exist yet. */
	readonly store: string;
	/** Allows a temporary folder beside the store. Without it the type of the store's filesystem decides. */
	readonly write: boolean;
}

/**
 * Tries to mount overlays where containers would have them. Only the kernel's answer is reliable.
 *
 * @throws TsboxError E_SYSTEM when there is no answer.
 */
export async function probeOverlay(
	host: Host,
	{tools, mounts, uid, store, write}: OverlayTrial,
): Promise<HostFacts['overlay']> {
	const {unshare, sh} = tools;
	if (unshare === null || sh === null || tools.mount === null) {
		return {store: false, tmpfs: false, hostLower: false, idmapped: false, why: 'unshare, sh or mount is missing'};
	}
	const place = nearestFolder(host, store);
	const trial =
		write && host.stat(place)?.uid === uid ? `${place}/.tsbox-trial-${randomBytes(6).toString('hex')}` : null;
	const userNamespace = uid === 0 ? [] : ['--user', '--map-root-user'];
	const words = trial === null ? ['/tmp', '', 'tmpfs'] : [trial, '', 'all'];
	// In a user namespace overlayfs stores its marks in user.* attributes, or not at all.
	if (uid !== 0) words[1] = ',userxattr';
	try {
		if (trial !== null) host.mkdir(trial, 0o700);
		const shell = sh.applet === null ? [sh.path] : [sh.path, sh.applet];
		const prefix = unshare.applet === null ? [unshare.path] : [unshare.path, unshare.applet];
		const {stdout, stderr} = await ask(host, [
			...prefix,
			...userNamespace,
			'--mount',
			'--propagation',
			'private',
			...shell,
			'-c',
			trialScript,
			'sh',
			...words,
		]);
		const answers = new Map(stdout.split('\n').map(line => [line.split(' ')[0] ?? '', line]));
		const worked = (name: string): boolean => answers.get(name) === `${name} ok`;
		const tmpfs = worked('tmpfs');
		const judged = tmpfs && !notForUpper.test(mountOf(place, mounts)?.type ?? '');
		const refusal =
			[...answers.values()].find(line => / no /.test(line) && !line.startsWith('idmapped'))?.replace(/^\S+ no /, '') ??
			'';
		// Replace the random name of the folder, so that facts are the same every time.
		const said = (refusal === '' && !tmpfs ? stderr.trim() : refusal).replaceAll(trial ?? '/tmp', '...');
		return {
			store: trial === null ? judged : worked('store'),
			tmpfs,
			hostLower: trial === null ? judged : worked('hostLower'),
			idmapped: worked('idmapped'),
			why: said === '' ? null : said,
		};
	} finally {
		if (trial !== null) host.removeTree(trial);
	}
}

function nearestFolder(host: Host, path: string): string {
	let folder = path;
	while (folder !== '/' && host.stat(folder)?.kind !== 'directory') folder = dirname(folder);
	return host.realpath(folder) ?? folder;
}
