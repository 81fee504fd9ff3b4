import {forcedMount2, lowerOption, needsMount2} from '../../host/programs/lower-option.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import {type ImageFacts, lowerFolders} from '../../image/store/facts.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {actionLines} from '../verbs/action.ts';
import {layerRecord} from '../verbs/image.ts';
import type {Plan} from '../verbs/step.ts';
import {minimalCgroup} from './minimal-cgroup.ts';
import {leftOut} from './minimal-left-out.ts';
import {minimalMounts} from './minimal-mounts.ts';

/** What a minimal script is made from. */
export interface MinimalInput {
	readonly plan: Plan;
	readonly image: ImageFacts;
	readonly config: OciConfig;
	/** `user[:group]` and more groups, as chroot(1) takes them; undefined for root. */
	readonly user?: {readonly spec: string; readonly groups: readonly string[]};
	/** Sources of bind mounts: what they are. Named volumes are not among them. */
	readonly sources: Readonly<Record<string, 'file' | 'folder'>>;
	/** Whether env(1) can give signals back that a shell ignores for what it starts in the background. */
	readonly resetsSignals: boolean;
	/** Whether the spec itself asks for an overlay. */
	readonly overlay: boolean;
	/** Keys of the spec that nothing in the script is made from. */
	readonly leftKeys: readonly string[];
}

/** What is decided about a script before its lines are written. */
export interface MinimalShape {
	readonly pivots: boolean;
	readonly hasCgroup: boolean;
	readonly hasUsers: boolean;
	/** Places of mounts that the container has and the script does not make. */
	readonly leftMounts: readonly string[];
}

/**
 * A container in the fewest commands: what a tutorial would type, as a POSIX sh script for root, which cleans up after itself.
 * What the plan does beyond that is named in comments at its end.
 */
export function minimalScript(input: MinimalInput): string {
	const {plan, config} = input;
	const has = (kind: NamespaceKind): boolean => plan.namespaces.includes(kind);
	const cgroup = minimalCgroup(plan);
	const layer = layerLines(input);
	const mounts = minimalMounts(input);
	// After pivot_root(8) only programs of the root filesystem have names, and few have a chroot(8) that changes the user.
	const pivots = input.user === undefined && plan.steps.some(({action}) => action.kind === 'pivotRoot');
	const isMountPoint = layer.mounts;
	const inside = [
		...layer.inside,
		...(!isMountPoint && (pivots || config.root.readonly || (!has('mount') && mounts.lines.length > 0))
			? ['mount --bind "$root" "$root"']
			: []),
		...folderLines(mounts.folders, pivots),
		...mounts.lines,
		...settingLines(plan),
		...(plan.steps.some(({action}) => action.kind === 'workingDirectory')
			? [`mkdir -p "$root"${shellWord(config.process.cwd)}`]
			: []),
		...(config.root.readonly ? ['mount -o remount,bind,ro "$root"'] : []),
		...(pivots ? ['cd "$root"', 'pivot_root . .old'] : []),
		enterLine(input, pivots),
	];
	const unmounts = !has('mount') && inside.some(line => line.startsWith('mount '));
	const word = delimiter(inside);
	const users = userWords(plan);
	const start = [
		...(input.resetsSignals ? ['env', '--default-signal=INT,QUIT'] : []),
		...users,
		...(plan.namespaces.some(kind => kind !== 'user') ? ['unshare', ...unshareWords(has, plan)] : []),
		'sh',
		'-euc',
	];
	const join = cgroup === undefined ? '' : `${cgroup.join.join('; ')}; `;
	const run = `${shellCommand(start)} "$inside"`;
	return `${[
		'#!/bin/sh',
		`# ${comment(plan.name)} in the fewest commands, from ${comment(plan.spec)}. Run it as root.`,
		'set -eu',
		"work='' pid='' && export work",
		'clean() {',
		...[
			"trap '' HUP INT TERM",
			'[ -n "$work" ] || return 0',
			...endLines(has('pid')),
			...(unmounts ? ['umount -R -l "$work" 2>/dev/null || :'] : []),
			...(cgroup?.clean ?? []),
			layer.clean,
		].map(line => `\t${line}`),
		'}',
		"trap clean EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM",
		'work=$(mktemp -d)',
		...(layer.before.length === 0 ? [] : ['# the root filesystem', ...layer.before]),
		...(cgroup === undefined ? [] : ['# a cgroup, with its limits', ...cgroup.before]),
		`# what the first process does${plan.namespaces.length === 0 ? '' : ' in its namespaces'}`,
		`inside=$(cat <<'${word}'`,
		...inside,
		word,
		')',
		'exec 3<&0',
		`${join === '' ? run : `(${join}exec ${run})`} <&3 3<&- &`,
		'pid=$!',
		'wait "$pid"',
		...leftOut(input, {pivots, hasCgroup: cgroup !== undefined, hasUsers: users.length > 0, leftMounts: mounts.left}),
	].join('\n')}\n`;
}

/** unshare(1) of a user namespace in which root is the caller. One with ids of its own needs more than a few commands. */
function userWords({steps}: Plan): readonly string[] {
	const users = steps.flatMap(({action}) => (action.kind === 'start' ? action.users : []));
	return users.includes('--map-root-user') ? ['unshare', ...users] : [];
}

/** Makes the folders of kernel mounts, and the one for the old root. */
function folderLines(folders: readonly string[], pivots: boolean): readonly string[] {
	const all = [...folders, ...(pivots ? ['/.old'] : [])];
	return all.length === 0 ? [] : [`mkdir -p ${all.map(folder => `"$root${folder}"`).join(' ')}`];
}

function unshareWords(has: (kind: NamespaceKind) => boolean, {namespaces}: Plan): readonly string[] {
	return [
		...namespaces.filter(kind => kind !== 'user').map(kind => namespaceOptions[kind]),
		...(has('pid') ? ['--fork', '--kill-child'] : []),
		...(has('mount') ? ['--propagation', 'private'] : []),
	];
}

/** How `$root` comes to be. */
interface Layer {
	/** Lines on the host, before the first process. */
	readonly before: readonly string[];
	/** Lines of the first process. */
	readonly inside: readonly string[];
	readonly clean: string;
	/** Whether `$root` is a mount. */
	readonly mounts: boolean;
}

/** The characters that separate options of an overlay. */
const separators = /[,:\\]/;

/** The options with the folders of the writable layer, as long as they will be at most: mktemp(1) makes a name below TMPDIR. */
const workOptions = [`upperdir=${'x'.repeat(128)}`, `workdir=${'x'.repeat(128)}`];

/** Lines that end a script whose image is not in the store. */
function neededLayers(image: ImageFacts): readonly string[] {
	if (image.kind !== 'image' || image.layers.length === 0) return [];
	const records = image.layers.map(({path}) => layerRecord(path));
	return [
		`for each in ${shellCommand(records)}; do`,
		`	[ -e "$each" ] || { echo "$each is missing; run: tsbox images pull" ${shellWord(image.reference)} >&2; exit 125; }`,
		'done',
	];
}

/**
 * The root filesystem: an archive is unpacked into a folder, a folder is copied. The machine's own root, and a folder that the plan
 * puts an overlay over, get an overlay whose writable layer is in memory, so that it ends with the mount namespace.
 */
function layerLines({image, plan, overlay}: MinimalInput): Layer {
	const hasOverlay = plan.steps.some(({action}) =>
		actionLines(action, '').some(line => /(?:^|\s)overlay\s.*lowerdir=/.test(line)),
	);
	const lowers = lowerFolders(image);
	const [lower = '/'] = lowers;
	const mount = (below: string): string =>
		`mount -t overlay overlay -o ${below},upperdir="$work/upper",workdir="$work/work" "$root"`;
	const isArchive = image.kind === 'archive';
	const needed = neededLayers(image);
	// An image without layers is an empty folder.
	if (lowers.length === 0)
		return {before: [], inside: ['root=$work'], clean: 'rm -rf --one-file-system "$work"', mounts: false};
	if (hasOverlay && !isArchive && !separators.test(lower)) {
		const {option, cwd} = lowerOption(lowers, workOptions);
		return {
			before: needed,
			inside: [
				'root=$work/root',
				'mount -t tmpfs tmpfs "$work"',
				'mkdir "$root" "$work/upper" "$work/work"',
				...(cwd === undefined ? [] : [`cd ${shellWord(cwd)}`]),
				`${needsMount2([option]) ? `${forcedMount2.join('=')} ` : ''}${mount(shellWord(option))}`,
				...(cwd === undefined ? [] : ['cd /']),
			],
			clean: 'rmdir "$work"',
			mounts: true,
		};
	}
	const fill = (target: string): string =>
		isArchive
			? `tar -xpf ${shellWord(image.archive)} --numeric-owner -C ${target}`
			: `cp -a ${shellWord(lower)}/. ${target}`;
	const clean = 'rm -rf --one-file-system "$work"';
	if (overlay)
		return {
			before: [
				'chmod 755 "$work"',
				'mkdir "$work/root" "$work/lower" "$work/upper" "$work/work"',
				...needed,
				fill('"$work/lower"'),
			],
			inside: ['root=$work/root', mount('lowerdir="$work/lower"')],
			clean,
			mounts: true,
		};
	return {before: [...needed, 'chmod 755 "$work"', fill('"$work"')], inside: ['root=$work'], clean, mounts: false};
}

/** Settings of the kernel and of the process, as the plan makes them inside. */
function settingLines({steps}: Plan): readonly string[] {
	return steps.flatMap(({side, action}) => {
		if (side !== 'inside') return [];
		if (action.kind === 'rlimits') return actionLines(action, '');
		if (action.kind !== 'write') return [];
		const {path, value} = action;
		// The stage of the plan shows /sys of the container.
		const staged = /^\/dev\/\.box(\/sys\/.*)$/.exec(path)?.[1];
		return [`echo ${shellWord(value)} > ${staged === undefined ? shellWord(path) : `"$root${staged}"`}`];
	});
}

/** The last line inside: the command with its environment and its user, in the new root. */
function enterLine({config, user}: MinimalInput, pivots: boolean): string {
	const {env, cwd, args} = config.process;
	const home = env.some(each => each.startsWith('HOME=')) ? [] : [`HOME=${user === undefined ? '/root' : '/'}`];
	const variables = shellCommand([...env, ...home]);
	const command = shellCommand(args);
	if (pivots) {
		const steps = [
			'umount -l /.old',
			...(config.root.readonly ? [] : ['rmdir /.old']),
			...(cwd === '/' ? [] : [`cd ${shellWord(cwd)}`]),
			'exec env -i "$@"',
		];
		return `exec chroot . sh -c ${shellWord(steps.join(' && '))} sh ${variables} ${command}`;
	}
	const enter = cwd === '/' ? '' : `sh -c 'cd "$1" && shift && exec "$@"' sh ${shellWord(cwd)} `;
	const userWords =
		user === undefined
			? ''
			: `${shellCommand([`--userspec=${user.spec}`, ...(user.groups.length === 0 ? [] : [`--groups=${user.groups.join(',')}`])])} `;
	return `exec env -i ${variables} "$(command -v chroot)" ${userWords}"$root" ${enter}${command}`;
}

/**
 * Lines that end all processes and wait for their end. The end of the first process of a pid namespace ends all others. Without one,
 * those with the container's root are ended here, and those of its cgroup with the cgroup.
 */
function endLines(hasPids: boolean): readonly string[] {
	if (hasPids)
		return ['[ -z "$pid" ] || { pkill -KILL -P "$pid" || kill -KILL "$pid"; wait "$pid"; } 2>/dev/null || :'];
	return [
		'[ -z "$pid" ] || { kill -KILL "$pid"; wait "$pid"; } 2>/dev/null || :',
		'# shellcheck disable=SC3013',
		'for each in /proc/[0-9]*; do [ ! "$each/root" -ef "$work" ] || kill -KILL "${each#/proc/}" || :; done 2>/dev/null',
	];
}

/** A line that ends the here-document and is no line of it. */
function delimiter(lines: readonly string[]): string {
	const all = lines.join('\n').split('\n');
	const free = (word: string): string => (all.includes(word) ? free(`${word}_`) : word);
	return free('end');
}

/** Text as part of a comment of one line. */
function comment(text: string): string {
	return text.replaceAll(/[\0-\x1f\x7f]/g, ' ');
}
