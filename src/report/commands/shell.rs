//! A file of commands for a POSIX shell: GAM.

use super::command_file::CommandFile;
use super::quote;

/// The whole script. All of it is one function that the last line calls: a file that was cut does nothing.
pub(super) fn script(sheet: &CommandFile) -> String {
    let command = sheet.command;
    let ids = sheet.ids.iter().map(|id| format!(" \\\n        {}", quote::posix(id))).collect::<Vec<_>>().concat();
    let choices = command
        .choices
        .iter()
        .map(|c| format!("            --choice={c}) choice={} ;;\n", quote::posix(c)))
        .collect::<Vec<_>>()
        .concat();
    let (erase, erase_check) = if sheet.erases() {
        (format!("            --erase={}) erase=yes ;;\n", sheet.ids.len()), ERASE_CHECK)
    } else {
        (String::new(), "")
    };
    let (met, met_check) =
        if sheet.asks_for_condition() { ("            --condition-met) met=yes ;;\n", MET_CHECK) } else { ("", "") };
    let choice_check = if command.choices.is_empty() {
        String::new()
    } else {
        let words = command.choices.iter().map(|c| format!("--choice={c}")).collect::<Vec<_>>().join(" or ");
        CHOICE_CHECK.replace("CHOICES", &words)
    };
    let run = command.run.replace("{id}", "\"$id\"").replace("{choice}", "\"$choice\"");
    format!(
        "#!/bin/sh\n\
         {head}\
         set -eu\n\
         \n\
         main() {{\n\
         \x20   execute=no\n\
         \x20   met=no\n\
         \x20   erase=no\n\
         \x20   choice=''\n\
         \x20   domain=''\n\
         \x20   log=lastseen-log.csv\n\
         \x20   for word in \"$@\"; do\n\
         \x20       case \"$word\" in\n\
         \x20           --execute) execute=yes ;;\n\
         \x20           --log=*) log=${{word#--log=}} ;;\n\
         \x20           --domain=*) domain=${{word#--domain=}} ;;\n\
         {met}{erase}{choices}\
         \x20           *) refuse \"unknown option $word\" ;;\n\
         \x20       esac\n\
         \x20   done\n\
         \x20   count={count}\n\
         \x20   digest={digest}\n\
         \x20   not_before={not_before}\n\
         \x20   set --{ids}\n\
         {CHECKS}{met_check}{choice_check}{erase_check}{DOMAIN_CHECK}\
         \x20   failed=0\n\
         \x20   step={step}\n\
         \x20   console={console}\n\
         \x20   for id in \"$@\"; do\n\
         \x20       if done_before \"$id\"; then\n\
         \x20           printf 'done before: %s\\n' \"$id\"\n\
         \x20       elif [ \"$execute\" = yes ]; then\n\
         \x20           if {run} </dev/null; then\n\
         \x20               claim \"$id\" claimed\n\
         \x20           else\n\
         \x20               claim \"$id\" failed\n\
         \x20               failed=$((failed + 1))\n\
         \x20           fi\n\
         \x20       else\n\
         \x20           printf 'dry run: %s\\n' \"$id\"\n\
         \x20       fi\n\
         \x20   done\n\
         \x20   printf '%s ids, %s failed, execute=%s\\n' \"$count\" \"$failed\" \"$execute\"\n\
         \x20   [ \"$failed\" -eq 0 ]\n\
         }}\n\
         \n\
         {FUNCTIONS}\
         \n\
         main \"$@\"\n",
        head = sheet.head("--execute"),
        step = quote::posix(&sheet.entry.slug),
        console = quote::posix(sheet.entry.console.map_or("", crate::console::Console::as_str)),
        count = sheet.ids.len(),
        digest = quote::posix(&sheet.digest()),
        not_before = quote::posix(&sheet.not_before.replace('-', "")),
    )
}

const CHECKS: &str = r#"    [ "$#" -eq "$count" ] || refuse 'this file was edited or cut'
    [ "$(printf '%s\n' "$@" | sha256)" = "$digest" ] || refuse 'this file was edited or cut'
    if [ "$execute" = yes ] && [ "$(date -u +%Y%m%d)" -lt "$not_before" ]; then
        refuse "this waits until $not_before"
    fi
"#;

/// The account that GAM acts for, by its primary domain, as `gam info customer` of GAM 7 prints it (`doInfoCustomer`).
const DOMAIN_CHECK: &str = r#"    if [ "$execute" = yes ]; then
        [ -n "$domain" ] || refuse 'give --domain= with the primary domain of the account that the exports came from'
        here=$(gam info customer </dev/null | sed -n 's/^ *Primary Domain: *//p' | lower)
        [ "$here" = "$(printf '%s\n' "$domain" | lower)" ] || refuse "GAM acts for the account of ${here:-no domain}"
    fi
"#;

const MET_CHECK: &str = r#"    [ "$execute" = no ] || [ "$met" = yes ] || refuse 'see to the condition at the top, and give --condition-met'
"#;

const CHOICE_CHECK: &str = r#"    [ "$execute" = no ] || [ -n "$choice" ] || refuse 'choose: CHOICES'
"#;

const ERASE_CHECK: &str = r#"    [ "$execute" = no ] || [ "$erase" = yes ] || refuse "this erases $count devices: give --erase=$count as well"
"#;

const FUNCTIONS: &str = r#"plain() {
    case "$1" in
    '' | *[!A-Za-z0-9_-]*) return 1 ;;
    esac
}

# What the log says is done is not done again.
done_before() {
    plain "$1" && [ -f "$log" ] && grep -q "^$console,$1,$step,claimed," "$log"
}

claim() {
    plain "$1" || return 0
    [ -f "$log" ] || printf 'console,object_id,step,state,claimed_on,claimed_by,note\n' >"$log"
    printf '%s,%s,%s,%s,%s,%s,\n' "$console" "$1" "$step" "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(id -un)" >>"$log"
}

refuse() {
    printf '%s; nothing was done\n' "$1" >&2
    exit 2
}

lower() {
    tr '[:upper:]' '[:lower:]'
}

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum | cut -c 1-64
    else
        shasum -a 256 | cut -c 1-64
    fi
}
"#;
