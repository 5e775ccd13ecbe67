"""Documents made in the test: a policy as text, as PDF and as Word, and odd ones."""

import io
import zipfile

import docx

POLICY = """\
Granviks kommun

Policy för Granvik i omvärlden

Antagen av kommunfullmäktige den 3 mars 2024, § 17
Dnr KS 2023/0411

1. Syfte

Arbetet med andra länder syftar till att ge invånarna bättre skolor, vård och företag.

2. Mål

Granviks kommun

- Lär av andra kommuner i Europa innan något nytt byggs
- Ger barn och unga vänner i andra länder
- Hjälper små företag att hitta kunder utomlands

3. Prioriterade områden

Vi söker främst samarbeten inom:

- ren älv och friska skogar
- lärande hela livet
- trygg ålderdom, med teknik som stöd

4. Ansvar och uppföljning

Kommunstyrelsen ska leda arbetet. Det följs upp varje år i årsredovisningen.
Varje förvaltning utser en kontaktperson. Vid allt utvecklingsarbete ska extern finansiering prövas.
Policyn ska revideras vart fjärde år.
"""
HEADINGS = {"Policy för Granvik i omvärlden"}


def a_pdf(text: str = POLICY, *, per_page: int = 24) -> bytes:
    """A PDF with one text object a line; headings are larger."""
    lines = text.split("\n")
    pages = [lines[at : at + per_page] for at in range(0, len(lines), per_page)]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for page in pages:
        stream = _page_stream(page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return pdf_of(objects)


def a_picture_pdf() -> bytes:
    """A PDF with one page that has no text."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page])


def pdf_of(objects: list[bytes]) -> bytes:
    """A PDF file of numbered objects, the first of them its catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _page_stream(lines: list[str]) -> bytes:
    parts, y = [], 800
    for line in lines:
        y -= 18
        if not line.strip():
            continue
        size = 16 if line.strip() in HEADINGS else 11
        said = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
        parts.append(b"BT /F1 %d Tf 1 0 0 1 60 %d Tm (%s) Tj ET" % (size, y, said))
    return b"\n".join(parts)


def a_docx(text: str = POLICY) -> bytes:
    """A Word document with real headings and lists."""
    document = docx.Document()
    for line in text.split("\n"):
        said = line.strip()
        if not said:
            continue
        if said.startswith("- "):
            document.add_paragraph(said[2:], style="List Bullet")
        elif said in HEADINGS or (said[0].isdigit() and said[1] == "."):
            document.add_heading(said, level=1)
        else:
            document.add_paragraph(said)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(content: bytes, *, add: dict[str, bytes] | None = None, drop: tuple[str, ...] = ()) -> bytes:
    """An office package with parts added and dropped."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in drop:
                new.writestr(part, old.read(part))
        for name, body in (add or {}).items():
            new.writestr(name, body)
    return out.getvalue()
