//! A file of commands for PowerShell: Microsoft Graph, Active Directory, Defender.

use super::command_file::CommandFile;
use super::quote;
use crate::console::Console;
use crate::plan::Tool;

/// The whole script. The ids are checked before the first command, and the loop stands after the check: a file that was
/// cut has no loop, or does not parse.
pub(super) fn script(sheet: &CommandFile) -> String {
    let command = sheet.command;
    let ids = sheet.ids.iter().map(|id| format!("    {}\n", quote::powershell(id))).collect::<Vec<_>>().concat();
    let requires = CommandFile::permissions(&command.module)
        .into_iter()
        .map(|module| format!("#Requires -Modules {}\n", quote::comment(module)))
        .collect::<Vec<_>>()
        .concat();
    let token = if command.tool == Tool::Defender { TOKEN } else { "" };
    let (met, met_check) = if sheet.asks_for_condition() { (MET, MET_CHECK) } else { ("", "") };
    let (erase, erase_check) = if sheet.erases() { (ERASE, ERASE_CHECK) } else { ("", "") };
    let (justify, headers, waits) = if command.approval { (JUSTIFY, HEADERS, WAITS) } else { ("", "", "") };
    let (gone, gone_all, tally) = if tells_what_is_gone(sheet) { (GONE, GONE_ALL, TALLY) } else { ("", "", "") };
    let (times, times_check) = times(sheet);
    let (target, target_check) = target(command.tool);
    format!(
        "{head}\
         #Requires -Version 7.2\n\
         {requires}\
         [CmdletBinding()]\n\
         param(\n\
         \x20   # Act. Without it every command only says what it would do.\n\
         \x20   [switch] $Execute{target}{met}{erase}{token}{justify},\n\
         \x20   # Act also on objects that no longer look as they did in the exports.\n\
         \x20   [switch] $Anyway,\n\
         \x20   # What was done is added to this file. What it says is done is not done again.\n\
         \x20   [string] $Log = 'lastseen-log.csv'\n\
         )\n\
         Set-StrictMode -Version Latest\n\
         $ErrorActionPreference = 'Stop'\n\
         $Step = {step}\n\
         $Console = {console}\n\
         $Count = {count}\n\
         $Digest = {digest}\n\
         $NotBefore = {not_before}\n\
         $Ids = @(\n{ids})\n\
         {times}{CHECKS}{times_check}{met_check}{erase_check}\
         $Dry = -not $Execute\n\
         {context}{target_check}\
         {CLAIMS}\
         $Done = 0\n\
         $Skipped = 0\n\
         $Waiting = 0\n\
         $Failed = 0\n\
         {tally}\
         foreach ($Id in $Ids) {{\n\
         {BEFORE}\
         \x20   try {{\n\
         {headers}{look}\
         \x20       Write-Output \"$(if ($Dry) {{ 'dry run' }} else {{ 'now' }}) $Id\"\n\
         \x20       {run}\n\
         \x20       Add-Claim $Id 'claimed' ''\n\
         \x20       $Done++\n\
         \x20   }} catch {{\n\
         \x20       $Text = \"$($_.Exception.Message) $($_.ErrorDetails)\"\n\
         {gone}{waits}\
         \x20       Write-Warning \"${{Id}} failed: $($_.Exception.Message)\"\n\
         \x20       Add-Claim $Id 'failed' ''\n\
         \x20       $Failed++\n\
         \x20   }}\n\
         }}\n\
         {gone_all}\
         Write-Output \"$Done of $Count, $Skipped skipped, $Waiting waiting for approval, $Failed failed$(if ($Dry) {{ '; a dry run, nothing was changed' }})\"\n\
         if ($Failed -gt 0) {{ exit 1 }}\n",
        head = sheet.head("-Execute"),
        step = quote::powershell(&sheet.entry.slug),
        console = quote::powershell(sheet.entry.console.map_or("", Console::as_str)),
        count = sheet.ids.len(),
        digest = quote::powershell(&sheet.digest()),
        not_before = quote::powershell(sheet.not_before),
        context = context(sheet),
        look = look(sheet),
        run = command.run.replace("{id}", "$Id"),
    )
}

/// Whether an object that is not there counts as gone: at least one of them must be there, else the place is the wrong one.
const fn tells_what_is_gone(sheet: &CommandFile) -> bool {
    sheet.command.removes && !sheet.command.look.is_empty()
}

/// When each object was last seen, where the command asks.
fn times(sheet: &CommandFile) -> (String, &'static str) {
    if !sheet.asks_when_seen() {
        return (String::new(), "");
    }
    let one = |seen: &String| format!("    [datetimeoffset] {}\n", quote::powershell(seen));
    let times = sheet.seen.iter().map(one).collect::<Vec<_>>().concat();
    (
        format!(
            "# When its own export last saw each of them, in the order of the ids, and a day.\n$Times = @(\n{times})\n"
        ),
        TIMES,
    )
}

/// The tenant or the domain that is meant: an id that is not there looks like one that is gone.
const fn target(tool: Tool) -> (&'static str, &'static str) {
    match tool {
        Tool::Graph => (TENANT, TENANT_CHECK),
        Tool::Ad => (DOMAIN, DOMAIN_CHECK),
        Tool::Defender => (TENANT, TOKEN_CHECK),
        Tool::Gam => ("", ""),
    }
}

/// Who acts, and whether the sign-in has the permissions.
fn context(sheet: &CommandFile) -> String {
    if sheet.command.tool != Tool::Graph {
        return "$By = [Environment]::UserName\n".into();
    }
    let list = |permissions: &str| {
        CommandFile::permissions(permissions).into_iter().map(quote::powershell).collect::<Vec<_>>().join(", ")
    };
    CONTEXT.replace("PERSON", &list(&sheet.command.scope)).replace("APPLICATION", &list(&sheet.command.application))
}

/// What is looked at right before the command.
fn look(sheet: &CommandFile) -> String {
    let command = sheet.command;
    let part = |template: &str, text: &str| {
        if text.is_empty() { String::new() } else { template.replace("EXPRESSION", &text.replace("{id}", "$Id")) }
    };
    let seen = if sheet.asks_when_seen() { SEEN } else { "" };
    let there = if tells_what_is_gone(sheet) { THERE } else { "" };
    [
        part(LOOK, &command.look),
        there.to_string(),
        part(NOTHING_LEFT, &command.done),
        seen.to_string(),
        part(SKIP, &command.check),
    ]
    .concat()
}

const TOKEN: &str =
    ",\n    # A token for https://api.security.microsoft.com.\n    [Parameter(Mandatory)] [securestring] $Token";

const MET: &str =
    ",\n    # Somebody has seen to it that the condition above is met for each of them.\n    [switch] $ConditionMet";

const MET_CHECK: &str = "\
if ($Execute -and -not $ConditionMet) {
    throw 'see to the condition at the top of the file, and give -ConditionMet. Nothing was done'
}
";

const ERASE: &str = ",\n    # Number of devices that are to be erased, as a second look.\n    [int] $Erase = 0";

const ERASE_CHECK: &str = "\
if ($Execute -and $Erase -ne $Count) {
    throw \"this erases $Count devices: give -Erase $Count as well. Nothing was done\"
}
";

const JUSTIFY: &str = ",\n    # Why, for the administrator who approves it.\n    [string] $Justification = 'planned by lastseen, see plan.csv'";

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

const CONTEXT: &str = "\
$Context = Get-MgContext
$Wanted = @(PERSON)
if ($null -eq $Context) {
    throw \"sign in first: Connect-MgGraph -Scopes '$($Wanted -join \"', '\")'. Nothing was done\"
}
if ($Context.AuthType -eq 'AppOnly') { $Wanted = @(APPLICATION) }
$Missing = @($Wanted | Where-Object { $_ -notin $Context.Scopes -and ($_ -replace '\\.Read\\.All$', '.ReadWrite.All') -notin $Context.Scopes })
if ($Missing.Count -gt 0) { Write-Warning \"the sign-in may lack $($Missing -join ', ')\" }
$By = if ($Context.Account) { $Context.Account } else { $Context.AppName }
";

const CLAIMS: &str = "\
$Known = @{}
if (Test-Path -LiteralPath $Log) {
    foreach ($Line in (Import-Csv -LiteralPath $Log)) {
        if ($Line.step -eq $Step) { $Known[$Line.object_id] = $Line }
    }
}
function Add-Claim([string] $Object, [string] $State, [string] $Note) {
    if ($Dry) { return }
    $On = [datetime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture)
    [pscustomobject] @{ console = $Console; object_id = $Object; step = $Step; state = $State; claimed_on = $On; claimed_by = $By; note = $Note } |
        Export-Csv -LiteralPath $Log -Append -NoTypeInformation -UseQuotes AsNeeded
}
";

const BEFORE: &str = "    $Before = $Known[$Id]
    if ($null -ne $Before -and $Before.state -eq 'claimed') {
        Write-Output \"done before: $Id\"
        $Done++
        continue
    }
";

const HEADERS: &str = "        $Headers = @{ 'x-msft-approval-justification' = [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Justification)) }
        if ($null -ne $Before -and $Before.state -eq 'approval-requested' -and $Before.note -match '^[0-9a-fA-F-]{36}$' -and [datetimeoffset] $Before.claimed_on -gt [datetimeoffset]::UtcNow.AddDays(-3)) {
            $Headers = @{ 'x-msft-approval-code' = $Before.note }
        }
";

const TENANT: &str = ",
    # The tenant that the exports came from. Needed to act.
    [string] $TenantId = ''";

const TENANT_CHECK: &str = "\
Write-Output \"tenant $($Context.TenantId), signed in as $By\"
if ($Execute -and $TenantId -ne $Context.TenantId) {
    throw \"the sign-in is at tenant $($Context.TenantId): if the exports came from it, give -TenantId $($Context.TenantId). Nothing was done\"
}
";

/// What the token says of itself: it is a JSON web token, whose second part names the tenant
/// (<https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>).
const TOKEN_CHECK: &str = "\
$Part = (ConvertFrom-SecureString -SecureString $Token -AsPlainText).Split('.')[1].Replace('-', '+').Replace('_', '/')
$Part = $Part.PadRight($Part.Length + (4 - $Part.Length % 4) % 4, '=')
$Claims = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Part)) | ConvertFrom-Json
Write-Output \"tenant $($Claims.tid), as $By\"
if ($Execute -and $TenantId -ne $Claims.tid) {
    throw \"the token is of tenant $($Claims.tid): if the exports came from it, give -TenantId $($Claims.tid). Nothing was done\"
}
";

const DOMAIN: &str = ",
    # DNS name of the domain that the computers are in. Needed to act.
    [string] $Domain = ''";

const DOMAIN_CHECK: &str = "\
if ($Execute -and -not $Domain) { throw 'give -Domain with the DNS name of the domain that the exports came from. Nothing was done' }
if ($Domain) { $PSDefaultParameterValues = @{ '*-AD*:Server' = $Domain } }
Write-Output \"domain $((Get-ADDomain).DNSRoot), as $By\"
";

const TIMES: &str = "\
if ($Times.Count -ne $Count) {
    throw \"this file was edited or cut: it must hold $Count times. Nothing was done\"
}
$SeenOf = @{}
for ($At = 0; $At -lt $Count; $At++) { $SeenOf[$Ids[$At]] = $Times[$At] }
";

const SEEN: &str = "        $Seen = $SeenOf[$Id].UtcDateTime\n";

const TALLY: &str = "$There = 0\n$Gone = @()\n";

const THERE: &str = "        $There++\n";

const LOOK: &str = "        $Now = EXPRESSION\n";

const NOTHING_LEFT: &str = "        if (EXPRESSION) {
            Write-Output \"nothing left to do: $Id\"
            Add-Claim $Id 'claimed' 'nothing was left to do'
            $Done++
            continue
        }
";

const SKIP: &str = "        if (-not ($Anyway -or (EXPRESSION))) {
            Write-Warning \"${Id} skipped: it is not as it was in the exports\"
            Add-Claim $Id 'skipped' 'not as it was in the exports'
            $Skipped++
            continue
        }
";

const WAITS: &str = "        if ($Text -match 'x-msft-approval-code: *([0-9a-fA-F-]{36})') {
            Write-Warning \"${Id} waits for a second administrator: have it approved and run this file again within 3 days\"
            Add-Claim $Id 'approval-requested' $Matches[1]
            $Waiting++
            continue
        }
        if ($Headers.ContainsKey('x-msft-approval-code')) {
            Write-Warning \"${Id} is not approved yet, or its approval was refused: $($_.Exception.Message)\"
            $Waiting++
            continue
        }
";

const GONE: &str = "        if ($Text -match 'NotFound|Request_ResourceNotFound|Cannot find an object') {
            Write-Output \"not there: $Id\"
            $Gone += $Id
            continue
        }
";

const GONE_ALL: &str = "\
if ($Gone.Count -gt 0 -and $There -eq 0) {
    throw \"none of the $($Gone.Count) ids is there: this is another tenant or domain than that of the exports, or all of them are gone already. Nothing was noted\"
}
foreach ($Id in $Gone) {
    Write-Output \"gone already: $Id\"
    Add-Claim $Id 'claimed' 'it was gone already'
    $Done++
}
";
