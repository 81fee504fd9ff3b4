import type {HostFacts, ToolName} from '../host/facts.ts';

/** Where the sealed toolbox's tree begins on the host, so that a tool's path in it can be told. */
function toolboxRoot(facts: HostFacts): string {
	return facts.toolbox.kind === 'folder' ? facts.toolbox.root : '';
}

/** The path of a host file relative to the toolbox's root, which is the working directory: `./bin/mount`. */
function toolboxPath(facts: HostFacts, path: string): string {
	return `.${path.slice(toolboxRoot(facts).length)}`;
}

/**
 * The words that run a host tool from the toolbox. A dynamically linked one goes through its own loader, because the
 * container may have another libc or none. Returns undefined for a tool the host lacks.
 */
export function toolboxWords(facts: HostFacts, tool: ToolName): readonly string[] | undefined {
	const found = facts.tools[tool];
	if (found === null) return undefined;
	const path = toolboxPath(facts, found.path);
	const applet = found.applet === null ? [] : [found.applet];
	if (found.loader === null) return [path, ...applet];
	const libraries = found.libraryPath.map(folder => toolboxPath(facts, folder)).join(':');
	return [toolboxPath(facts, found.loader), '--library-path', libraries, path, ...applet];
}

/** The words that run a host tool by its real path, before the root is changed. */
export function hostToolWords(facts: HostFacts, tool: ToolName): readonly string[] | undefined {
	const found = facts.tools[tool];
	return found === null ? undefined : [found.path, ...(found.applet === null ? [] : [found.applet])];
}
