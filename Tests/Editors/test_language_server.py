"""The language server, as a real client library drives it: pytest-lsp starts the program named by IMF_REPL, speaks the
protocol, and refuses answers that the protocol does not have.
"""
import asyncio
import os
import subprocess

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

PROGRAM = os.path.abspath(os.environ.get("IMF_REPL", ".build/release/imf-repl"))
SCRIPT = """import "lib.imf" as lib
θ = "😀"; twice = lib.double(2)
## Adds.
fn add(first, second = 1) {
  first + second
}
add(1, sec
"""
LIBRARY = "## Doubles.\nfn double(x) = 2 * x\n"


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[PROGRAM, "--lsp"]))
async def client(lsp_client: LanguageClient, tmp_path):
    (tmp_path / "lib.imf").write_text(LIBRARY)
    (tmp_path / "main.imf").write_text(SCRIPT)
    lsp_client.root = tmp_path
    lsp_client.script = (tmp_path / "main.imf").as_uri()
    parameters = lsp.InitializeParams(capabilities=client_capabilities("visual-studio-code"), root_uri=tmp_path.as_uri())
    lsp_client.greeting = await lsp_client.initialize_session(parameters)
    yield
    await lsp_client.shutdown_session()


def opened(client, text=SCRIPT, uri=None):
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(
        text_document=lsp.TextDocumentItem(uri=uri or client.script, language_id="imf", version=1, text=text)))


def place(client, line, character):
    return dict(text_document=lsp.TextDocumentIdentifier(uri=client.script), position=lsp.Position(line=line, character=character))


async def diagnostics(client, version=None):
    """What is wrong with the script, as last published."""
    while version not in (None, getattr(client, "seen", None)):
        published = await asyncio.wait_for(client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), 10)
        client.seen = published.version
    return client.diagnostics[client.script]


@pytest.mark.asyncio
async def test_greeting(client):
    assert client.greeting.server_info.name == "imf-repl"
    assert client.greeting.capabilities.position_encoding == "utf-16"


@pytest.mark.asyncio
async def test_mistakes_come_and_go(client):
    opened(client)
    found = await diagnostics(client, version=1)
    assert len(found) >= 1 and found[0].severity == lsp.DiagnosticSeverity.Error and found[0].source == "imf-repl"
    # The unfinished call becomes one with a wrong argument, and then a right one.
    for version, text, count in [(2, "add(1, secnd = 2)", 1), (3, "add(1, second = 2); print(θ, twice)", 0)]:
        change = lsp.TextDocumentContentChangePartial(
            range=lsp.Range(start=lsp.Position(line=6, character=0), end=lsp.Position(line=7, character=0)), text=text + "\n")
        client.text_document_did_change(lsp.DidChangeTextDocumentParams(
            text_document=lsp.VersionedTextDocumentIdentifier(uri=client.script, version=version), content_changes=[change]))
        found = await diagnostics(client, version=version)
        assert len(found) == count, found
        if count:
            assert "did you mean `second`" in found[0].message
            assert (found[0].range.start.line, found[0].range.start.character) == (6, 7)


@pytest.mark.asyncio
async def test_completion(client):
    opened(client)
    found = await client.text_document_completion_async(lsp.CompletionParams(**place(client, 6, 10)))
    items = {item.label: item for item in found.items}
    assert items["second"].text_edit.new_text == "second = "
    assert items["second"].text_edit.range.start.character == 7
    assert {"add", "lib", "twice", "sample", "while"} <= set(items)
    opened(client, SCRIPT + "lib.")
    found = await client.text_document_completion_async(lsp.CompletionParams(**place(client, 7, 4)))
    assert [item.label for item in found.items] == ["double"]


@pytest.mark.asyncio
async def test_files_in_strings(client):
    opened(client, "load(\"")
    found = await client.text_document_completion_async(lsp.CompletionParams(**place(client, 0, 6)))
    assert sorted(item.label for item in found.items) == ["lib.imf", "main.imf"]


@pytest.mark.asyncio
async def test_hover(client):
    opened(client)
    # Behind a Greek letter and a character outside the basic plane.
    found = await client.text_document_hover_async(lsp.HoverParams(**place(client, 1, 25)))
    assert found.contents.value == "```imf\nfn double(x)\n```\n\nDoubles."
    assert (found.range.start.character, found.range.end.character) == (22, 28)
    assert await client.text_document_hover_async(lsp.HoverParams(**place(client, 5, 0))) is None


@pytest.mark.asyncio
async def test_definition(client):
    opened(client)
    found = await client.text_document_definition_async(lsp.DefinitionParams(**place(client, 1, 25)))
    assert found.uri == (client.root / "lib.imf").as_uri() and found.range.start == lsp.Position(line=1, character=3)
    found = await client.text_document_definition_async(lsp.DefinitionParams(**place(client, 4, 12)))
    assert found.uri == client.script and found.range.start == lsp.Position(line=3, character=14)


@pytest.mark.asyncio
async def test_symbols_and_signatures(client):
    opened(client)
    found = await client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(text_document=lsp.TextDocumentIdentifier(uri=client.script)))
    assert [symbol.name for symbol in found] == ["lib", "add"]
    help = await client.text_document_signature_help_async(lsp.SignatureHelpParams(**place(client, 6, 7)))
    assert help.signatures[0].label == "add(first, second = 1)" and help.active_parameter == 1


def session(*messages):
    """A server's exit status after messages, each one a text of JSON or raw bytes."""
    frames = [b"Content-Length: %d\r\n\r\n%s" % (len(m.encode()), m.encode()) if isinstance(m, str) else m for m in messages]
    return subprocess.run([PROGRAM, "--lsp"], input=b"".join(frames), capture_output=True, timeout=30)


INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
SHUTDOWN = '{"jsonrpc":"2.0","id":2,"method":"shutdown"}'
EXIT = '{"jsonrpc":"2.0","method":"exit"}'


@pytest.mark.parametrize("messages, status", [
    ([INITIALIZE, SHUTDOWN, EXIT], 0), ([INITIALIZE, EXIT], 1), ([EXIT], 1), ([], 1), ([INITIALIZE], 1),
    ([b"garbage\r\n\r\n", b"\xff\xfe\r\n", INITIALIZE, b"Content-Length: 4\r\n\r\n\xff\xff\xff\xff", SHUTDOWN, EXIT], 0),
])
def test_ends(messages, status):
    done = session(*messages)
    assert done.returncode == status and done.stderr == b""
