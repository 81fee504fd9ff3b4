import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {type InsideVerb, needsNothing} from './verb.ts';

/** Finds the user and its groups in the container's own /etc/passwd and /etc/group. */
export interface LookupUserAction {
	readonly kind: 'lookupUser';
	readonly user: string;
	readonly groups: readonly string[];
}

const users = '/etc/passwd';
const groupsFile = '/etc/group';

// The image controls these files, so the script reads only plain files and at most 1 MiB of each.
/** Shell functions that look up a user in the container's own files. The script must define `head` and `fail`. */
export const lookupFunction = `# 4294967295 is (uid_t) -1: setresuid(2) would leave root as it is.
is_number() { case $1 in '' | *[!0-9]* | ???????????*) return 1 ;; esac; [ "$1" -le 4294967294 ]; }
read_file() { text=; if [ -f "$1" ]; then text=$(head -c 1048576 "$1"); fi; }
lookup() {
	user=\${1%%:*} group=; case $1 in *:*) group=\${1#*:} ;; esac
	shift
	uid= gid=0 home=/ name= groups=
	read_file ${users}
	while IFS=: read -r n _ u g _ h _; do
		if [ "$n" = "$user" ] || { is_number "$user" && [ "$u" = "$user" ]; }; then uid=$u gid=$g home=$h name=$n; break; fi
	done <<-END
	$text
	END
	if [ -z "$name" ] && is_number "$user"; then uid=$user; fi
	if ! is_number "$uid" || ! is_number "$gid"; then echo "there is no user $user in the container's ${users}"; fail 1; fi
	read_file ${groupsFile}
	if [ -n "$group" ]; then find_group "$group"; gid=$found; fi
	groups=$gid
	if [ -z "$group" ] && [ -n "$name" ]; then
		while IFS=: read -r _ _ g members; do
			case ,$members, in *,"$name",*) is_number "$g" && add_group "$g" ;; esac
		done <<-END
		$text
		END
	fi
	for group do find_group "$group"; add_group "$found"; done
	case $home in /*) ;; *) home=/ ;; esac
	echo "@ids $uid $gid $groups $home"
}
add_group() { case ,$groups, in *,"$1",*) ;; *) groups=$groups,$1 ;; esac; }
find_group() {
	found=
	if is_number "$1"; then found=$1; return; fi
	while IFS=: read -r n _ g _; do if [ "$n" = "$1" ]; then found=$g; break; fi; done <<-END
	$text
	END
	if ! is_number "$found"; then echo "there is no group $1 in the container's ${groupsFile}"; fail 1; fi
}`;

/** The line that calls {@link lookupFunction}. */
export function lookupLine(user: string, groups: readonly string[] = []): string {
	return `lookup ${shellCommand([user, ...groups])}`;
}

/** The lookup as one command, for people. */
function grepLine({user}: LookupUserAction): string {
	return `grep -E ${shellWord(`^${user.split(':')[0] ?? ''}:`)} ${users}`;
}

export const lookupUser: InsideVerb<LookupUserAction> = {
	shown: action => [grepLine(action)],
	needs: needsNothing,
	insideLines: ({user, groups}) => [lookupFunction, lookupLine(user, groups)],
};
