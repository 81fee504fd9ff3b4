import type {ErrorCode} from './codes.ts';

/** What usually leads to an error, and what to do about it. */
export interface Advice {
	readonly causes: readonly string[];
	readonly hint: string;
}

/** The usual causes of each error. The message of an error itself names the one that it has. */
export const advice: Readonly<Record<ErrorCode, Advice>> = {
	E_USAGE: {
		causes: ['a misspelled verb or option', 'an argument is missing', 'two options exclude each other'],
		hint: 'run `tsbox VERB --help`',
	},
	E_SPEC_NOT_FOUND: {
		causes: ['the path is wrong', 'this folder has neither a `tsbox.yaml` nor a `compose.yaml`'],
		hint: 'name the file, or write one with `tsbox init`',
	},
	E_SPEC_SYNTAX: {
		causes: ['a tab or a wrong indentation', 'a `:` or `#` in text without quotes', 'the same key twice'],
		hint: 'look at the line that the error shows',
	},
	E_SPEC_INVALID: {
		causes: [
			'a misspelled key, or a key that tsbox does not have',
			'a value out of its range, or two values that exclude each other',
			'a source of a mount that does not exist',
		],
		hint: '`tsbox validate` shows all mistakes of a file; `tsbox explain KEY` shows an example of a key',
	},
	E_SPEC_VARIABLE: {
		causes: ['`${NAME:?message}` and no such variable', 'a `$` that belongs to the text'],
		hint: 'set the variable or write it into `.env`; write `$$` for a dollar sign',
	},
	E_CONFIG: {
		causes: ['a misspelled key of the configuration', 'another user may write to the file'],
		hint: 'look at the file that the error names; docs/configuration.md has all keys',
	},
	E_POLICY: {
		causes: ['the configuration of this machine forbids a key or a value'],
		hint: 'change the spec, or ask who wrote the policy',
	},
	E_HOST_UNSUPPORTED: {
		causes: ['a tool is missing', 'the kernel lacks a feature or a controller', 'root has no subordinate ids'],
		hint: '`tsbox doctor` shows what is missing and the command that fixes it; `--best-effort` goes on without it',
	},
	E_PERMISSION: {
		causes: [
			'an ordinary user asks for what only root may do',
			'the folder belongs to another user',
			'`stop`, `down` or `logs` of a container of an engine, which does that itself',
		],
		hint: 'run it with sudo, or leave the key out: docs/rootless.md',
	},
	E_ARCHIVE_INVALID: {
		causes: [
			'a download that was cut off',
			'an archive of `docker save` instead of `docker export`',
			'a path that leads out of the archive',
		],
		hint: 'make it again with `docker export NAME > rootfs.tar`',
	},
	E_ARCHIVE_TOO_LARGE: {
		causes: ['the unpacked files exceed a limit of the configuration'],
		hint: 'raise `limits` in the configuration if you trust the archive',
	},
	E_ROOTFS_NOT_FOUND: {
		causes: ['`rootfs` names a file or a folder that does not exist'],
		hint: 'paths of a spec begin at its folder; `rootfs: host` needs no file',
	},
	E_IMAGE_IN_USE: {
		causes: ['a running container has the image as its root'],
		hint: 'stop the container: `tsbox ps` lists it',
	},
	E_IMAGE_NOT_FOUND: {causes: ['a misspelled digest', 'the image was removed'], hint: 'run `tsbox images`'},
	E_BUILD: {
		causes: [
			'a command of a RUN exited with another status than 0',
			'a file of a stage, or a user of `--chown`, that does not exist',
		],
		hint: 'read the output of the command above the error; `tsbox build --target STAGE` builds a part',
	},
	E_DOCKERFILE: {
		causes: [
			'a misspelled instruction or option',
			'a source of COPY that is not in the context, or that `.dockerignore` leaves out',
			'a stage that is used before it is defined',
		],
		hint: 'look at the line that the error shows',
	},
	E_IMAGE_INVALID: {
		causes: [
			'the registry or the network changed it: a digest differs',
			'a layer is encrypted, or is for another operating system',
			'whoever made the image tries to write outside of it',
		],
		hint: 'pull it again, or use another tag; the message names the layer and the file',
	},
	E_IMAGE_PULL: {
		causes: [
			'the registry has no such image, or wants a login',
			'the registry or the network between is down',
			'skopeo is not installed',
		],
		hint: 'try `skopeo inspect docker://NAME` for the answer of the registry, and `skopeo login REGISTRY` for an account',
	},
	E_VOLUME_IN_USE: {causes: ['a container mounts the volume'], hint: 'remove the container: `tsbox ps -a` lists it'},
	E_VOLUME_NOT_FOUND: {
		causes: ['a misspelled name', 'the volume has the name of its project before its own: `shop_data`'],
		hint: 'run `tsbox volume`',
	},
	E_NETWORK_FULL: {
		causes: [
			'as many containers as the subnet has addresses',
			'routes of the host, such as those of a VPN, cover the pools',
		],
		hint: 'run `tsbox network` for the subnets in use; `networks.pools` of the configuration has the pools',
	},
	E_NETWORK_IN_USE: {
		causes: ['a container is on the network'],
		hint: 'stop the container: `tsbox network inspect NAME` lists those on it',
	},
	E_NETWORK_NOT_FOUND: {
		causes: ['a misspelled name', 'the network has the name of its project before its own: `shop_default`'],
		hint: 'run `tsbox network`',
	},
	E_NETWORK_TAKEN: {
		causes: ['another network has the name or the subnet', 'the host has a route to addresses of the subnet'],
		hint: 'choose another name, subnet, or address; `ip route show table all` shows the routes',
	},
	E_RUN_NOT_FOUND: {causes: ['a misspelled id', 'the record was removed'], hint: 'run `tsbox runs`'},
	E_RUN_INVALID: {
		causes: ['a record that a newer tsbox wrote', 'a file of the record was changed'],
		hint: 'use the tsbox that wrote it, or remove it with `tsbox runs rm`',
	},
	E_SYSTEM: {
		causes: ['too many open files, processes or mounts', 'a device that does not answer', 'a read-only file system'],
		hint: 'look at `dmesg` and at `tsbox doctor`',
	},
	E_NO_SPACE: {
		causes: ['the store or the state folder is full', 'there are no inodes left'],
		hint: '`tsbox du` shows what the store takes, and by which commands it goes',
	},
	E_ADDRESS_IN_USE: {
		causes: [
			'another container that started at the same moment took the address',
			'another container publishes the port',
		],
		hint: '`tsbox ps` shows what runs; start it again, or publish another port',
	},
	E_NAME_IN_USE: {
		causes: ['a container of that name runs, or has exited and was not removed'],
		hint: '`tsbox down NAME` removes it; `--name` takes another name',
	},
	E_NO_SUCH_CONTAINER: {
		causes: ['a misspelled name', 'the container was removed', 'another user or another `--state` has it'],
		hint: 'run `tsbox ps -a`',
	},
	E_PAUSED: {
		causes: ['`exec`, `stop` or `cp` of a paused container', '`unpause` of one that is not paused'],
		hint: '`tsbox unpause NAME`',
	},
	E_STATE: {
		causes: ['a power cut while a record was written', 'another version of tsbox'],
		hint: '`tsbox gc` cleans up what no record describes',
	},
	E_LOCKED: {
		causes: ['the spec, the archive or a tool changed since `tsbox lock`', 'there is no tsbox.lock'],
		hint: '`tsbox lock --check` lists the differences; `tsbox lock` accepts them',
	},
	E_STEP_FAILED: {
		causes: [
			'a mount that the kernel refuses',
			'a limit that the cgroup above does not allow',
			'a security module of the host',
		],
		hint: 'the error shows the command: run it by hand, or run `tsbox up --step`',
	},
	E_CHECK_FAILED: {
		causes: [
			'something on the host changes mounts, cgroups or limits at the same time',
			'the kernel ignores an option of a mount',
			'a cgroup rounded a limit',
		],
		hint: 'compare with `tsbox plan --explain`: it shows each check beside its step',
	},
	E_START_OOM: {
		causes: ['`mem_limit` is below what a start needs: about 4 MiB, more with a large seccomp profile'],
		hint: 'raise `mem_limit`',
	},
	E_COMMAND_NOT_EXECUTABLE: {
		causes: [
			'the file has no execute permission, or is a folder',
			'it is for another processor',
			'its loader or its `#!` program is missing in the root filesystem',
		],
		hint: '`tsbox run SPEC -- ls -l PATH`; `ldd PROGRAM` on the host lists the libraries to copy',
	},
	E_COMMAND_NOT_FOUND: {
		causes: ['no folder of PATH in the root filesystem has it', 'a symlink that leads nowhere'],
		hint: 'name the program with its whole path, or add it to the root filesystem',
	},
	E_INPUT_FAILED: {
		causes: ['the program that writes to the pipe failed', 'the file could not be read to its end'],
		hint: 'look at the program before the `|`',
	},
	E_INTERRUPTED: {
		causes: ['Ctrl-C, SIGTERM or SIGHUP while the container was set up; what was made was undone'],
		hint: 'start it again',
	},
	E_NOT_UP: {
		causes: ['its command ends at once', 'its health check never succeeds', 'the timeout is too short'],
		hint: '`tsbox logs PROJECT SERVICE` shows what it printed',
	},
	E_COPY_PATH: {
		causes: ['the path does not exist', 'a folder is given where a file is needed, or the other way round'],
		hint: '`tsbox exec NAME -- ls -l PATH` shows it',
	},
};
