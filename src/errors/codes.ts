/**
 * Every way tsbox can fail: the meaning of the code and the program's exit status.
 * 125 to 127 follow podman-run(1): 125 tsbox itself failed, 126 the command cannot be executed, 127 the command was not found.
 * 2 is a usage error.
 */
export const errorCodes = {
	E_USAGE: {exitStatus: 2, meaning: 'the command line could not be understood'},
	E_SPEC_NOT_FOUND: {exitStatus: 125, meaning: 'there is no spec file at that path'},
	E_SPEC_SYNTAX: {exitStatus: 125, meaning: 'the spec file is not readable YAML'},
	E_SPEC_INVALID: {exitStatus: 125, meaning: 'the spec asks for something unknown or impossible'},
	E_SPEC_VARIABLE: {exitStatus: 125, meaning: 'a variable in the spec could not be filled in'},
	E_CONFIG: {exitStatus: 125, meaning: "tsbox's own configuration could not be read"},
	E_POLICY: {exitStatus: 125, meaning: 'a policy of the configuration forbids what the spec asks for'},
	E_HOST_UNSUPPORTED: {exitStatus: 125, meaning: 'this machine lacks something the plan needs'},
	E_PERMISSION: {exitStatus: 125, meaning: 'the caller may not do this'},
	E_ARCHIVE_INVALID: {exitStatus: 125, meaning: 'the root filesystem archive is damaged or hostile'},
	E_ARCHIVE_TOO_LARGE: {exitStatus: 125, meaning: 'the root filesystem archive is over a limit'},
	E_ROOTFS_NOT_FOUND: {exitStatus: 125, meaning: 'the root filesystem does not exist'},
	E_IMAGE_IN_USE: {exitStatus: 125, meaning: 'a container is running on the image'},
	E_IMAGE_NOT_FOUND: {exitStatus: 125, meaning: 'no stored image has that name or digest'},
	E_BUILD: {exitStatus: 1, meaning: 'an instruction of a build failed'},
	E_DOCKERFILE: {exitStatus: 125, meaning: 'a Dockerfile cannot be read, or asks for something impossible'},
	E_IMAGE_INVALID: {exitStatus: 125, meaning: 'the image is damaged, hostile, or of a kind that tsbox cannot use'},
	E_IMAGE_PULL: {exitStatus: 125, meaning: 'the image could not be fetched from its registry or file'},
	E_VOLUME_IN_USE: {exitStatus: 125, meaning: 'a container mounts the volume'},
	E_VOLUME_NOT_FOUND: {exitStatus: 125, meaning: 'no volume has that name'},
	E_NETWORK_FULL: {exitStatus: 125, meaning: 'no subnet or no address is free'},
	E_NETWORK_IN_USE: {exitStatus: 125, meaning: 'a container is on the network'},
	E_NETWORK_NOT_FOUND: {exitStatus: 125, meaning: 'no network has that name'},
	E_NETWORK_TAKEN: {exitStatus: 125, meaning: 'something else has the name, the subnet, or the address'},
	E_RUN_NOT_FOUND: {exitStatus: 125, meaning: 'no run record has that id'},
	E_RUN_INVALID: {exitStatus: 125, meaning: 'a run record is damaged, or of a newer version'},
	E_SYSTEM: {exitStatus: 125, meaning: 'the kernel refused an operation because of the state of this machine'},
	E_NO_SPACE: {exitStatus: 125, meaning: 'the disk is full'},
	E_ADDRESS_IN_USE: {exitStatus: 125, meaning: 'another container took an address or a port first'},
	E_NAME_IN_USE: {exitStatus: 125, meaning: 'a container has that name already'},
	E_NO_SUCH_CONTAINER: {exitStatus: 125, meaning: 'no container has that name'},
	E_PAUSED: {exitStatus: 125, meaning: 'the container is paused and must not be, or is not paused and must be'},
	E_STATE: {exitStatus: 125, meaning: 'a record in the state folder is damaged or from another version'},
	E_LOCKED: {exitStatus: 125, meaning: 'the container differs from the lock file, or there is no lock file'},
	E_STEP_FAILED: {exitStatus: 125, meaning: 'a step of the plan failed and was rolled back'},
	E_CHECK_FAILED: {exitStatus: 125, meaning: 'a step said it worked, but the kernel shows otherwise'},
	E_START_OOM: {exitStatus: 125, meaning: 'the memory limit is too small for the container to start'},
	E_COMMAND_NOT_EXECUTABLE: {exitStatus: 126, meaning: 'the command exists but cannot be executed'},
	E_COMMAND_NOT_FOUND: {exitStatus: 127, meaning: 'the command is not in the root filesystem'},
	E_INPUT_FAILED: {exitStatus: 125, meaning: 'the input of a command failed before its end'},
	E_INTERRUPTED: {exitStatus: 130, meaning: 'the start was interrupted'},
	E_NOT_UP: {exitStatus: 1, meaning: 'a service did not come up, or did not stay up'},
	E_COPY_PATH: {exitStatus: 125, meaning: 'a path to copy from or to is missing or has the wrong type'},
} as const;

/** The code of a {@link TsboxError}. */
export type ErrorCode = keyof typeof errorCodes;
