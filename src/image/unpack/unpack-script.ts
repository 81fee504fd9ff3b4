import type {HostFacts} from '../../host/facts.ts';
import {mappedRoot} from '../../host/id-map.ts';
import type {Compression} from '../archive/compression.ts';
import {decompression, extraction} from '../archive/extraction.ts';
import {hostWords, jail, jailCommand, quoted} from '../archive/jail.ts';
import {recordText} from '../store/record.ts';
import {imageFolder, type ImageName, imagesFolder, workFolder} from '../store/store.ts';

/** Source and destination of {@link unpackScript}. */
export interface ScriptedUnpack extends ImageName {
	readonly archive: string;
	readonly store: string;
	/** Time for the image's record, milliseconds since the epoch; a plan has no clock of its own. */
	readonly created: number;
	/** The archive's compression; the script detects it when undefined. */
	readonly compression?: Compression;
	/** The folder with the copied tools. */
	readonly toolbox: string;
}

/**
 * Lines of POSIX sh that unpack an archive into the store as `unpack` does, with the host's tools alone: the same jail, the same
 * folders, and the image appears whole or not at all. The script does not check names in the archive; only tar's jail contains
 * them. The lines run in a subshell, so that they set no variable and no trap of the script around them. They end with a status
 * other than 0 when anything fails, with or without `set -e`. Besides {@link ToolName}s they use sha256sum, mv, rm, and printf.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_PERMISSION as {@link jail}.
 */
export function unpackScript(facts: HostFacts, unpack: ScriptedUnpack): readonly string[] {
	const {archive, digest, ids, store, created, toolbox} = unpack;
	const image = quoted(imageFolder(store, unpack));
	const record = recordText({schema: 1, digest, archive, bytes: null, entries: null, created}).trimEnd();
	const folders = [store, imagesFolder(store), workFolder(store)].map(quoted).join(' ');
	return [
		// The inner shells expand $1 and split the words of /proc/PID/stat on purpose.
		'# shellcheck disable=SC2016,SC2086',
		`[ -e ${image}/image.json ] || (`,
		'\tLC_ALL=C; export LC_ALL',
		`\tarchive=${quoted(archive)}`,
		`\tif [ "$(sha256sum <"$archive")" != '${digest.replace('sha256:', '')}  -' ]; then`,
		'\t\techo "$archive is not the archive that this script was made for" >&2; exit 125',
		'\tfi',
		'\t# Named after this process and its start time (proc_pid_stat(5), field 22), so that `tsbox gc` can remove it after a kill.',
		'\tread -r stat </proc/$$/stat',
		'\tset -- ${stat##*) }',
		`\twork=${quoted(workFolder(store))}/$$-\${20}-sh`,
		`\t(umask 077; mkdir -p ${folders}) || exit 125`,
		'\tmkdir -m 0700 "$work" || exit 125',
		'\ttrap \'rm -rf "$work"\' EXIT',
		"\ttrap 'exit 130' HUP INT TERM",
		'\tmkdir -m 0755 "$work/rootfs" || exit 125',
		...(ids === undefined ? [] : [`\tchown ${mappedRoot(ids).join(':')} "$work/rootfs" || exit 125`]),
		'\tunpacked() {',
		...unpackers(facts, unpack).map(line => `\t\t${line}`),
		'\t}',
		'\textracted() {',
		`\t\t${jailCommand(jail(facts, extraction(facts, ids), toolbox, ids))} "$work/rootfs" >&2`,
		'\t}',
		'\t# A pipe returns the status of its last command alone; here both must be 0.',
		'\tstatus=$({ { unpacked && echo 0 >&3; } | { extracted && echo 0 >&3; }; } 3>&1)',
		'\t[ "$status" = "$(printf \'0\\n0\')" ] || { echo "$archive could not be unpacked" >&2; exit 125; }',
		`\tprintf '%s\\n' ${quoted(record)} >"$work/image.json" || exit 125`,
		`\t${hostWords(facts, 'sync').map(quoted).join(' ')} -f "$work" || exit 125`,
		`\tmv -T "$work" ${image} || [ -e ${image}/image.json ]`,
		')',
	];
}

/** The lines that print the plain tar. The first three bytes of a file identify its compression. */
function unpackers(facts: HostFacts, {compression, toolbox}: ScriptedUnpack): readonly string[] {
	const packed = (name: Exclude<Compression, 'none'>): string =>
		`${jailCommand(jail(facts, decompression(name), toolbox))} "$work" <"$archive"`;
	if (compression === 'none') return ['cat "$archive"'];
	if (compression !== undefined) return [packed(compression)];
	const magics = [
		['gzip', '\\037\\213\\010'],
		['zstd', '\\050\\265\\057'],
		['xz', '\\375\\067\\172'],
		['bzip2', 'BZh'],
	] as const;
	const known = magics.filter(([name]) => facts.tools[name] !== null);
	return [
		'case $(head -c 3 "$archive") in',
		...known.map(([name, magic]) => `"$(printf '${magic}')") ${packed(name)} ;;`),
		'*) cat "$archive" ;;',
		'esac',
	];
}
