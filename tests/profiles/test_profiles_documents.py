"""Documents that somebody brings: read in a child with limits, or refused with a sentence that helps."""

import io
import resource

import docx
import pytest
from papers import POLICY, a_docx, a_pdf, a_picture_pdf, pdf_of, repacked
from pypdf import PdfWriter

from profiles.intake import documents
from profiles.intake.blocks import Kind
from profiles.intake.documents import read_document
from profiles.intake.errors import DocumentRefused


def texts(content: bytes, name: str, kind: Kind | None = None) -> list[str]:
    return [block.text for block in read_document(content, name).blocks if kind in (None, block.kind)]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (POLICY.encode(), "policy.txt", "text"),
        (b"\xef\xbb\xbf" + POLICY.replace("\n", "\r\n").encode(), "policy.txt", "text"),
        (POLICY.encode("cp1252"), "policy.txt", "text"),
        (POLICY.encode("utf-16"), "policy.txt", "text"),
        (a_pdf(), "policy.pdf", "pdf"),
        (a_docx(), "policy.docx", "docx"),
        (a_docx(), "", "docx"),
    ],
)
def test_the_same_policy_is_read_alike_from_every_form(content, name, kind):
    document = read_document(content, name)
    said = [block.text for block in document.blocks]
    assert document.kind == kind
    assert any("Prioriterade områden" in text for text in said)
    items = [block.text for block in document.blocks if block.kind is Kind.ITEM]
    assert items[:2] == [
        "Lär av andra kommuner i Europa innan något nytt byggs",
        "Ger barn och unga vänner i andra länder",
    ]
    assert len(items) == 6


def test_a_pdf_says_on_which_page_a_paragraph_stands():
    document = read_document(a_pdf(per_page=20), "p.pdf")
    places = {block.text: block.page for block in document.blocks}
    assert places["Granviks kommun"] == 1
    assert places["lärande hela livet"] == 2


def test_a_heading_of_a_pdf_is_told_by_its_size():
    text = POLICY.replace(
        "Policy för Granvik i omvärlden", "Policy för Granvik i omvärlden\nVi lever i en ny tid."
    )
    assert "Policy för Granvik i omvärlden" in texts(a_pdf(text), "p.pdf", Kind.HEADING)


def test_words_struck_in_tracked_changes_are_left_out_and_inserted_ones_kept():
    document = docx.Document()
    paragraph = document.add_paragraph("Kommunen ska ha många vänner i Europa, särskilt ")
    run = document.add_paragraph("Kommunen ska lägga ned alla utbyten.").runs[0]._r
    deleted = run.makeelement("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}del", {})
    for text in run.findall(".//{*}t"):
        text.tag = text.tag.replace("}t", "}delText")
    run.getparent().replace(run, deleted)
    deleted.append(run)
    inserted = paragraph._p.makeelement(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}ins", {}
    )
    inserted.append(paragraph.add_run("i Norden")._r)
    paragraph._p.append(inserted)
    out = io.BytesIO()
    document.save(out)
    assert texts(out.getvalue(), "p.docx") == ["Kommunen ska ha många vänner i Europa, särskilt i Norden"]


def test_a_table_of_a_word_document_is_read_row_by_row():
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells),
        ("Fastställt av", "Kommunfullmäktige", "Datum", "2024-03-03"),
        strict=True,
    ):
        cell.text = text
    document.add_paragraph("Kommunen ska söka vänner i andra länder.")
    out = io.BytesIO()
    document.save(out)
    assert texts(out.getvalue(), "p.docx")[:2] == ["Fastställt av\tKommunfullmäktige", "Datum\t2024-03-03"]


def encrypted_pdf(password: str) -> bytes:
    writer = PdfWriter(io.BytesIO(a_pdf()))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_with_rights_but_no_password_is_read():
    assert "lärande hela livet" in texts(encrypted_pdf(""), "p.pdf")


def many_pages() -> bytes:
    count = documents.MOST_PAGES + 1
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * count
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            *pages,
        ]
    )


def bomb() -> bytes:
    return repacked(a_docx(), add={"word/media/a.xml": b"\0" * (documents.LARGEST_DOCUMENT * 7)})


ODD = {
    "empty": (b" \n", "p.txt", "är tomt"),
    "a short text in UTF-16": ("Mål\nSamverka mer.".encode("utf-16"), "p.txt", "för kort"),
    "11 MiB": (b"a" * (documents.LARGEST_DOCUMENT + 1), "p.txt", "större än 10 MiB"),
    "a PDF called Word": (a_pdf(), "p.docx", "heter .docx men är PDF"),
    "a text called PDF": (POLICY.encode(), "p.pdf", "heter .pdf men är ren text"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "p.doc", "gamla format eller låst"),
    "RTF": (b"{\\rtf1 hej}", "p.rtf", "RTF"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "p.pdf", "är en bild"),
    "a program": (b"\x7fELF\0\0\0", "p", "inget dokument vi läser"),
    "a PDF with a password": (encrypted_pdf("hemligt"), "p.pdf", "låst med lösenord"),
    "a scanned PDF": (a_picture_pdf(), "p.pdf", "bara bilder"),
    "201 pages": (many_pages(), "p.pdf", "201 sidor, högst 200"),
    "a cut PDF": (a_pdf()[:500], "p.pdf", "skadat|bara bilder"),
    "a PDF of nothing": (b"%PDF-1.7\n", "p.pdf", "skadat"),
    "a cut Word file": (a_docx()[:5000], "p.docx", "skadat"),
    "P-22 another archive": (repacked(a_docx(), drop=("word/document.xml",)), "p.docx", "inget Word-dokument"),
    "P-22 a bomb": (bomb(), "p.docx", "packas upp till mer"),
    "macros": (repacked(a_docx(), add={"word/vbaProject.bin": b"x"}), "p.docx", "makron"),
    "P-21 a path for a name": (b"%PDF-1.7\n", "../../etc/x.pdf", "skadat"),
    "P-21 a name with NUL": (a_pdf(), "C:\\x\0.docx", "heter .docx men är PDF"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_an_odd_document_is_refused_with_a_sentence(case):
    content, name, sentence = ODD[case]
    with pytest.raises(DocumentRefused, match=sentence):
        read_document(content, name)


def test_entities_of_a_word_document_are_not_unfolded():
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = (
        f'<!DOCTYPE w [<!ENTITY a0 "haha">{laughs}]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    )
    content = repacked(a_docx(), drop=("word/document.xml",), add={"word/document.xml": body.encode()})
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(DocumentRefused):
        read_document(content, "p.docx")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 10


def test_a_document_that_takes_too_much_memory_breaks_only_its_child():
    stream = b"BT /F1 9 Tf " + b"(aaaaaaaaaaaaaaaa) Tj " * 500_000 + b"ET"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    content = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )
    with pytest.raises(DocumentRefused, match=r"för tungt|större än|mer än en miljon"):
        read_document(content, "p.pdf")
