//! A file of commands for PowerShell: Microsoft Graph, Active Directory, Defender.

use super::quote;
use super::sheet::Sheet;
use crate::plan::Tool;

/// The whole script. The ids are checked before the first command, and the loop stands after the check: a file that was
/// cut has no loop, or does not parse.
pub(super) fn script(sheet: &Sheet) -> String {
    let command = sheet.command;
    let ids = sheet.ids.iter().map(|id| format!("    {}\n", quote::powershell(id))).collect::<Vec<_>>().concat();
    let requires = command
        .module
        .split(',')
        .map(str::trim)
        .filter(|m| !m.is_empty())
        .map(|module| format!("#Requires -Modules {}\n", quote::comment(module)))
        .collect::<Vec<_>>()
        .concat();
    let token = if command.tool == Tool::Defender { TOKEN } else { "" };
    let (met, met_check) = if sheet.asks_for_condition() { (MET, MET_CHECK) } else { ("", "") };
    let (erase, erase_check) = if sheet.entry.wipes { (ERASE, ERASE_CHECK) } else { ("", "") };
    let check = if command.check.is_empty() {
        String::new()
    } else {
        SKIP.replace("CHECK", &command.check.replace("{id}", "$Id"))
    };
    let run = command.run.replace("{id}", "$Id");
    format!(
        "{head}\
         #Requires -Version 7.2\n\
         {requires}\
         [CmdletBinding()]\n\
         param(\n\
         \x20   # Act. Without it every command only says what it would do.\n\
         \x20   [switch] $Execute{met}{erase}{token},\n\
         \x20   # Act also on objects that no longer look as they did in the exports.\n\
         \x20   [switch] $Anyway\n\
         )\n\
         Set-StrictMode -Version Latest\n\
         $ErrorActionPreference = 'Stop'\n\
         $Count = {count}\n\
         $Digest = {digest}\n\
         $NotBefore = {not_before}\n\
         $AsOf = ([datetimeoffset] {as_of}).UtcDateTime\n\
         $Ids = @(\n{ids})\n\
         {CHECKS}{met_check}{erase_check}\
         $Dry = -not $Execute\n\
         $Done = 0\n\
         $Skipped = 0\n\
         $Failed = 0\n\
         foreach ($Id in $Ids) {{\n\
         \x20   try {{\n\
         {check}\
         \x20       Write-Output \"$(if ($Dry) {{ 'dry run' }} else {{ 'now' }}) $Id\"\n\
         \x20       {run}\n\
         \x20       $Done++\n\
         \x20   }} catch {{\n\
         \x20       Write-Warning \"${{Id}} failed: $($_.Exception.Message)\"\n\
         \x20       $Failed++\n\
         \x20   }}\n\
         }}\n\
         Write-Output \"$Done of $Count, $Skipped skipped, $Failed failed$(if ($Dry) {{ '; a dry run, nothing was changed' }})\"\n\
         if ($Failed -gt 0) {{ exit 1 }}\n",
        head = sheet.head("-Execute"),
        count = sheet.ids.len(),
        digest = quote::powershell(&sheet.digest()),
        not_before = quote::powershell(sheet.not_before),
        as_of = quote::powershell(sheet.as_of),
    )
}

const TOKEN: &str =
    ",\n    # A token for https://api.security.microsoft.com.\n    [Parameter(Mandatory)] [securestring] $Token";

const MET: &str =
    ",\n    # Somebody has seen to it that the condition above is met for each of them.\n    [switch] $ConditionMet";

const MET_CHECK: &str = "\
if ($Execute -and -not $ConditionMet) {
    throw 'this cannot be undone: see to the condition at the top of the file, and give -ConditionMet. Nothing was done'
}
";

const ERASE: &str = ",\n    # Number of devices that are to be erased, as a second look.\n    [int] $Erase = 0";

const ERASE_CHECK: &str = "\
if ($Execute -and $Erase -ne $Count) {
    throw \"this erases $Count devices: give -Erase $Count as well. Nothing was done\"
}
";

const CHECKS: &str = "\
$Bytes = [System.Text.Encoding]::UTF8.GetBytes(($Ids -join \"`n\") + \"`n\")
$Found = [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($Bytes)).ToLowerInvariant()
if ($Ids.Count -ne $Count -or $Found -ne $Digest) {
    throw \"this file was edited or cut: it must hold the $Count ids that it was written with. Nothing was done\"
}
$Today = [datetime]::UtcNow.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)
if ($Execute -and [string]::CompareOrdinal($Today, $NotBefore) -lt 0) {
    throw \"it is $Today, and this waits until $NotBefore. Nothing was done\"
}
";

const SKIP: &str = "        if (-not ($Anyway -or (CHECK))) {
            Write-Warning \"${Id} skipped: it is not as it was in the exports\"
            $Skipped++
            continue
        }
";
