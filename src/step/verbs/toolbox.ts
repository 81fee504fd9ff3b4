import type {HostFacts, ToolName} from '../../host/facts.ts';

/** The path of a host file relative to the toolbox's root, which is the working directory: `./usr/bin/mount`. */
function toolboxPath(path: string): string {
	return `.${path}`;
}

/**
 * The words that run a host tool from the toolbox. A dynamically linked tool runs through its own loader, because the
 * container may have another libc or none. Undefined for a tool that the host lacks.
 */
export function toolboxWords(facts: HostFacts, tool: ToolName): readonly string[] | undefined {
	const found = facts.tools[tool];
	if (found === null) return undefined;
	const path = toolboxPath(found.path);
	const applet = found.applet === null ? [] : [found.applet];
	if (found.loader === null) return [path, ...applet];
	const libraries = found.libraryPath.map(toolboxPath).join(':');
	return [toolboxPath(found.loader), '--library-path', libraries, path, ...applet];
}

/** The words that run a host tool by its real path, before the root is changed. */
export function hostToolWords(facts: HostFacts, tool: ToolName): readonly string[] | undefined {
	const found = facts.tools[tool];
	return found === null ? undefined : [found.path, ...(found.applet === null ? [] : [found.applet])];
}
