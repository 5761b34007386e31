#!/usr/bin/env python3
"""Writes samples/: small documents of our own in every format that Alcove reads, in three languages.

The results are committed; run this only to change them. Needs python-docx, openpyxl, python-pptx, odfpy and reportlab.
"""
import csv
import email.message
import email.utils
import pathlib
import textwrap

import docx
import odf.opendocument
import odf.style
import odf.table
import odf.text
import openpyxl
import pptx
import reportlab.rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

ROOT = pathlib.Path(__file__).resolve().parent.parent / "samples"
reportlab.rl_config.invariant = 1
pdfmetrics.registerFont(TTFont("Body", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
pdfmetrics.registerFont(TTFont("Bold", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"))


def target(name):
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def text(name, content, encoding="utf-8"):
    target(name).write_bytes(textwrap.dedent(content).lstrip("\n").encode(encoding))


def pdf(name, title, pages, author="Familie Lindner"):
    page = canvas.Canvas(str(target(name)), pagesize=A4)
    page.setTitle(title)
    page.setAuthor(author)
    for number, lines in enumerate(pages, 1):
        y = 780
        if number == 1:
            page.setFont("Bold", 16)
            page.drawString(60, y, title)
            y -= 36
        page.setFont("Body", 10.5)
        for paragraph in lines:
            for line in textwrap.wrap(paragraph, 84):
                page.drawString(60, y, line)
                y -= 15
            y -= 9
        page.setFont("Body", 8)
        page.drawString(60, 40, f"{number} / {len(pages)}")
        page.showPage()
    page.save()


def word(name, title, parts):
    document = docx.Document()
    document.core_properties.title = title
    document.add_heading(title, 0)
    for part in parts:
        if isinstance(part, list):
            table = document.add_table(rows=0, cols=len(part[0]))
            for row in part:
                for cell, value in zip(table.add_row().cells, row):
                    cell.text = value
        elif part.startswith("# "):
            document.add_heading(part[2:], 1)
        elif part.startswith("- "):
            document.add_paragraph(part[2:], style="List Bullet")
        else:
            document.add_paragraph(part)
    document.save(target(name))


def sheet(name, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(target(name))


def slides(name, pages):
    deck = pptx.Presentation()
    for title, lines, notes in pages:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(lines)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    deck.save(target(name))


def writer(name, title, parts):
    document = odf.opendocument.OpenDocumentText()
    document.text.addElement(odf.text.H(outlinelevel=1, text=title))
    for part in parts:
        if isinstance(part, list):
            table = odf.table.Table(name="T")
            for row in part:
                line = odf.table.TableRow()
                for value in row:
                    cell = odf.table.TableCell()
                    cell.addElement(odf.text.P(text=value))
                    line.addElement(cell)
                table.addElement(line)
            document.text.addElement(table)
        elif part.startswith("# "):
            document.text.addElement(odf.text.H(outlinelevel=2, text=part[2:]))
        else:
            document.text.addElement(odf.text.P(text=part))
    document.save(str(target(name)))


def mail(name, sender, to, subject, body, date, attachment=None):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = date
    message["Message-ID"] = f"<{abs(sum(map(ord, subject)))}@example.org>"
    message.set_content(textwrap.dedent(body).lstrip("\n"))
    if attachment:
        message.add_attachment(attachment[1], filename=attachment[0])
        for part in message.walk():
            if part.is_multipart():
                part.set_boundary("=-sample-boundary")
    target(name).write_bytes(message.as_bytes())


def household():
    pdf("Household/Heating manual.pdf", "Heat pump Borealis 8: short manual", [
        ["Read this leaflet before you change a setting. The pump heats the house and the hot water; it needs no attention in ordinary weather.",
         "The display shows the outdoor temperature, the flow temperature and the pressure of the circuit. The pressure should lie between 1.2 and 1.8 bar."],
        ["When the pressure falls below one bar, open the blue filling valve behind the cover slowly until the needle stands in the green field, then close it. "
         "If you have to refill more than twice a year, call the installer: there is a leak.",
         "Error E27 means that the outdoor unit is iced up. Switch on forced defrosting in the service menu and keep the grille free of leaves and snow."],
        ["Legionella protection: once a week the hot water is heated to 65 degrees. Do not switch this off.",
         "The guarantee lasts five years if the yearly service is written down in the service booklet."]])
    word("Household/Rental contract.docx", "Rental contract for the flat at Mill Lane 4", [
        "Between Marta Lindner, landlady, and Tom Okafor, tenant.",
        "# 1. The flat", "Three rooms, kitchen, bath and a cellar on the second floor, 74 square metres.",
        "# 2. Rent and deposit", "The rent is 890 euros a month, due on the third working day. The deposit of two months' rent is kept in a separate savings account.",
        "# 3. Notice", "The tenant may end the contract with three months' notice. Notice must be given in writing.",
        "# 4. Pets", "Small animals are allowed. A dog needs the landlady's consent, which she may refuse only for good reason.",
        [["Key", "Number handed over"], ["Front door", "2"], ["Cellar", "1"], ["Letter box", "2"]]])
    sheet("Household/Budget 2025.xlsx", {
        "Monthly": [["Month", "Groceries", "Energy", "Car", "Holidays"], ["January", 512.40, 188.00, 96.50, 0], ["February", 478.15, 201.30, 88.00, 0],
                    ["March", 530.90, 176.20, 412.75, 0], ["April", 495.00, 121.10, 90.20, 640.00], ["May", 505.35, 84.60, 91.00, 0]],
        "Insurance": [["Insurer", "Policy number", "What for", "Premium per year"], ["Nordstern", "HH-2291-77", "Household contents", 142.80],
                      ["Albatros", "KFZ-88120-3", "Car, third party", 388.10], ["Nordstern", "PL-2291-78", "Personal liability", 63.00]]})
    text("Household/Boiler room notes.txt", """
        Notes for whoever looks after the house while we are away

        The stopcock for the water is under the stairs, behind the vacuum cleaner.
        The fuse box is in the hall. The third fuse from the left is the washing machine;
        it trips when the dryer runs at the same time.
        Bins: paper every second Tuesday, glass on the first Friday of the month.
        The cat is called Miso and gets one tin in the morning. She pretends that she got none.
        """)
    mail("Household/Mail/Chimney sweep.eml", "Office Brandt <office@sweep.example.org>", "Marta Lindner <marta@example.org>",
         "Your appointment on 14 October", """
        Dear Ms Lindner,

        we will inspect the flue of your tiled stove on 14 October between 8 and 10 in the morning.
        Please make sure that the access to the attic hatch is free and that the stove has not been lit since the evening before.

        Kind regards
        Office Brandt, district chimney sweep
        """, "Mon, 22 Sep 2025 09:12:00 +0200", ("directions.txt", "Parking is possible in the yard. Ring at the green door.\n"))
    text("Household/Warranty list.csv", """
        Device;Bought;Shop;Price;Guarantee until
        Washing machine Aquila 9;2023-03-18;Elektro Hansen;649,00;2028-03-18
        Dishwasher Silent 60;2021-11-02;Elektro Hansen;529,00;2023-11-02
        Coffee grinder;2024-12-20;Rösterei Nord;119,90;2026-12-20
        Cordless drill;2022-06-11;Baumarkt Süd;159,00;2025-06-11
        """)


def german():
    writer("Deutsch/Kündigung Fitnessstudio.odt", "Kündigung meiner Mitgliedschaft", [
        "Sehr geehrte Damen und Herren,",
        "hiermit kündige ich meine Mitgliedschaft mit der Nummer 40-7731 fristgerecht zum 31. März. Bitte bestätigen Sie mir den Eingang und das Ende des Vertrags schriftlich.",
        "Die Einzugsermächtigung für mein Konto widerrufe ich zum selben Tag.", "Mit freundlichen Grüßen", "Jonas Lindner"])
    pdf("Deutsch/Arztbrief Knie.pdf", "Befund: Kernspintomographie des linken Knies", [
        ["Sehr geehrter Herr Kollege, ich berichte über Ihren Patienten Jonas Lindner, geboren 1981.",
         "Befund: Kleiner Riss im Hinterhorn des Innenmeniskus. Das vordere Kreuzband ist intakt. Geringer Gelenkerguss. Der Knorpel hinter der Kniescheibe ist leicht aufgeraut."],
        ["Beurteilung: Eine Operation ist zurzeit nicht nötig. Empfohlen werden sechs Wochen Krankengymnastik, Muskelaufbau und der Verzicht auf Laufen auf Asphalt.",
         "Bei Blockaden oder zunehmender Schwellung bitte Wiedervorstellung."]])
    text("Deutsch/Rezept Linsensuppe.md", """
        # Linsensuppe wie bei Oma

        Für vier Personen, eine Stunde.

        ## Zutaten

        - 300 g Tellerlinsen, nicht eingeweicht
        - 1 Bund Suppengrün
        - 2 Lorbeerblätter
        - ein Schuss Apfelessig

        ## Zubereitung

        Das Gemüse klein würfeln und in Öl anschwitzen. Linsen und Lorbeer dazugeben, mit anderthalb
        Litern Wasser aufgießen und vierzig Minuten leise kochen. Erst am Ende salzen, sonst bleiben
        die Linsen hart. Mit Essig abschmecken.
        """)
    text("Deutsch/Vereinssatzung.html", """
        <!doctype html>
        <html lang="de"><head><meta charset="utf-8"><title>Satzung des Gartenvereins Sonnenhang</title></head>
        <body><h1>Satzung des Gartenvereins Sonnenhang</h1>
        <h2>§ 3 Ruhezeiten</h2><p>Zwischen 13 und 15 Uhr sowie nach 19 Uhr ist der Betrieb von Rasenmähern und anderen lauten Geräten untersagt.</p>
        <h2>§ 7 Gemeinschaftsarbeit</h2><p>Jedes Mitglied leistet acht Stunden im Jahr. Wer verhindert ist, zahlt einen Ausgleich von 15 Euro je Stunde.</p>
        <table><tr><th>Parzelle</th><th>Pächter</th></tr><tr><td>12</td><td>Familie Yılmaz</td></tr><tr><td>14</td><td>Lindner</td></tr></table>
        </body></html>
        """)
    text("Deutsch/Altes Tagebuch (Windows-1252).txt", """
        Sonntag, den 4. August
        Früh um fünf aufgebrochen. Über Nacht hatte es geregnet, der Weg zur Hütte war glitschig.
        Großvater erzählte vom Brückenbau an der Müglitz und daß sie damals alles mit Pferden heranschafften.
        """, "cp1252")
    mail("Deutsch/Elternabend.eml", "Grundschule am Park <sekretariat@example.org>", "Eltern der 3b <eltern3b@example.org>",
         "Einladung zum Elternabend: Klassenfahrt an die Ostsee", """
        Liebe Eltern,

        am Donnerstag um 19 Uhr sprechen wir über die Klassenfahrt an die Ostsee. Die Kosten betragen
        185 Euro je Kind; wer Unterstützung braucht, wendet sich bitte vertraulich an das Sekretariat.
        Bitte geben Sie Allergien und Medikamente schriftlich an.
        """, "Tue, 04 Mar 2025 11:40:00 +0100")
    word("Deutsch/Protokoll Eigentümerversammlung.docx", "Protokoll der Eigentümerversammlung", [
        "# TOP 1: Dach", "Die Versammlung beschließt einstimmig, das Dach im Frühjahr neu decken zu lassen. Es liegen drei Angebote vor; den Auftrag erhält die Firma Ziegler.",
        "# TOP 2: Fahrradkeller", "Herrenlose Fahrräder werden nach Ankündigung am Schwarzen Brett zum 1. Juni entsorgt.",
        "# TOP 3: Wallbox", "Frau Demir darf auf eigene Kosten eine Ladestation für ihr Elektroauto einbauen."])


def spanish():
    text("Español/Receta de gazpacho.md", """
        # Gazpacho andaluz

        Para un día de calor. No se cuece nada.

        - un kilo de tomates muy maduros
        - un pepino pequeño y medio pimiento verde
        - un diente de ajo
        - aceite de oliva y vinagre de Jerez

        Se tritura todo con un trozo de pan remojado, se cuela y se enfría en la nevera por lo menos dos horas.
        """)
    pdf("Español/Contrato de alquiler Valencia.pdf", "Contrato de arrendamiento de temporada", [
        ["En Valencia, a 2 de mayo. De una parte, doña Carmen Soler, propietaria; de otra, la familia Lindner, arrendataria.",
         "Primera. La vivienda se alquila del 1 al 21 de agosto por 1.450 euros, con agua y luz incluidas."],
        ["Segunda. La fianza de 300 euros se devolverá en el plazo de diez días después de la entrega de las llaves, si no hay desperfectos.",
         "Tercera. No se admiten fiestas. El aparcamiento número 17 está incluido."]])
    text("Español/Diario de viaje.txt", """
        Tercer día. Salimos temprano hacia el faro. El viento era tan fuerte que las gaviotas volaban hacia atrás.
        Comimos sardinas a la brasa en un chiringuito y los niños encontraron un cangrejo ermitaño.
        Por la noche se fue la luz en todo el pueblo y vimos la Vía Láctea desde la azotea.
        """)
    sheet("Español/Gastos del viaje.xlsx", {"Gastos": [["Fecha", "Concepto", "Importe"], ["2025-08-02", "Supermercado", 84.20], ["2025-08-03", "Gasolina", 61.75],
                                                     ["2025-08-05", "Entradas al acuario", 118.00], ["2025-08-09", "Alquiler de bicicletas", 45.00]]})
    mail("Español/Reserva del hotel.eml", "Recepción <reservas@example.org>", "Familia Lindner <marta@example.org>", "Confirmación de su reserva nº 55012", """
        Estimada señora Lindner:

        Le confirmamos la habitación doble con vistas al mar del 21 al 23 de agosto, desayuno incluido.
        La cancelación es gratuita hasta 48 horas antes de la llegada.
        """, "Fri, 06 Jun 2025 17:05:00 +0200")


def office():
    slides("Office/Kick-off beekeeping shop.pptx", [
        ("Online shop for beekeepers", ["Why now: hobby beekeeping grows by eight per cent a year", "What we sell: hives, smokers, honey extractors"], "Open with the story of the swarm in the letter box."),
        ("Customers", ["Beginners need starter kits and courage", "Clubs order in spring, all in the same two weeks"], None),
        ("Risks", ["Varroa treatment may only be sold by pharmacies", "Glass jars break: packaging cost 0.40 euros apiece"], "Ask the insurer about breakage in transit."),
        ("Plan", ["Pilot with three clubs until March", "Break-even after 14 months at 220 orders a month"], None)])
    word("Office/Meeting minutes March.docx", "Minutes, 12 March", [
        "Present: Aylin, Ben, Marta. Absent: Chidi (parental leave).",
        "# Decisions", "- The warehouse moves to Harbour Street on 1 June; Ben gives notice for the old one.",
        "- Returned honey extractors are cleaned and sold as second-hand with one year of guarantee.",
        "# Open points", "Aylin asks the tax adviser whether honey is taxed at the reduced rate when it is sold in a gift box."])
    pdf("Office/Invoice 2025-0117.pdf", "Invoice 2025-0117", [
        ["Beehive & Co, Harbour Street 9. To: Garden club Sonnenhang. Date: 3 April 2025. Payable within 14 days.",
         "4 starter hives at 129.00 = 516.00", "2 smokers at 34.50 = 69.00", "1 honey extractor, second-hand = 240.00", "Shipping = 18.00",
         "Total including VAT: 843.00 EUR", "IBAN DE02 1203 0000 0000 2020 51, reference RE-2025-0117."]], "Beehive & Co")
    sheet("Office/Stock list.xlsx", {"Stock": [["Part number", "Article", "Shelf", "Pieces"], ["HV-10", "Starter hive, pine", "A3", 18], ["SM-02", "Smoker, stainless steel", "B1", 40],
                                              ["EX-4M", "Honey extractor, 4 frames, manual", "C2", 5], ["GL-500", "Glass jar 500 g with lid", "D1-D4", 2300]]})
    writer("Office/Data protection notes.odt", "How we handle customer data", [
        "# What we keep", "Name, address and orders for ten years, because the tax office demands it. Newsletter addresses until somebody unsubscribes.",
        "# Who may see it", "Aylin and Ben. Backups are encrypted and lie in the bank's safe deposit box.",
        [["Data", "Deleted after"], ["Applications", "six months"], ["Door camera", "72 hours"]]])
    text("Office/price_rules.py", '''
        """Prices of the shop: discounts for clubs, and shipping by weight."""

        CLUB_DISCOUNT = 0.08
        FREE_SHIPPING_FROM_EUROS = 150


        def shipping_cost(weight_kg: float, order_total: float) -> float:
            """Heavy parcels cost more; large orders travel free."""
            if order_total >= FREE_SHIPPING_FROM_EUROS:
                return 0.0
            return 5.9 if weight_kg <= 10 else 11.9


        def club_price(list_price: float) -> float:
            """What a registered beekeeping club pays."""
            return round(list_price * (1 - CLUB_DISCOUNT), 2)
        ''')
    text("Office/deploy.sh", """
        #!/bin/sh
        # Copies the shop's pages to the web server and restarts it only when the new pages pass the check.
        set -eu
        rsync -a public/ web:/srv/shop/new/
        ssh web '/srv/shop/check.sh new && mv -T /srv/shop/new /srv/shop/current && systemctl reload nginx'
        """)


def hobbies():
    text("Hobbies/Telescope.md", """
        # Polar alignment of the telescope

        1. Level the tripod with the small spirit level.
        2. Point the mount north and set the latitude scale to 52.
        3. Look through the polar scope: bring Polaris onto the little circle at its hour angle.

        ## Collimation

        If stars look like commas away from the centre, the main mirror is tilted. Turn the three screws
        a quarter of a turn at a time while looking at a defocused star.
        """)
    text("Hobbies/Sourdough log.csv", """
        date,flour,water g,starter g,hours,remark
        2025-01-11,rye 1150,320,90,14,too sour but good crumb
        2025-01-18,wheat 550,340,60,9,flat: oven was not hot enough
        2025-01-25,wheat 550 and spelt,335,80,11,best so far; blisters on the crust
        """)
    text("Hobbies/Bicycle maintenance.html", """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Looking after the bicycle</title></head><body>
        <h1>Looking after the bicycle</h1>
        <h2>Chain</h2><p>Measure the wear every 1,000 kilometres. Above 0.75 per cent the chain is replaced, or it ruins the sprockets.</p>
        <h2>Brakes</h2><p>Squealing rim brakes want a little toe-in: the front edge of the pad touches first.</p>
        <ul><li>Tyre pressure for commuting: 4 bar</li><li>Torque of the stem bolts: 5 newton metres</li></ul></body></html>
        """)
    text("Hobbies/Songs to learn.txt", """
        Guitar: the waltz in A minor, slowly, with a metronome at 76.
        Bar chords still buzz on the second string. Move the finger closer to the fret.
        Recital is on the last Saturday in November in the parish hall.
        """)


if __name__ == "__main__":
    for part in (household, german, spanish, office, hobbies):
        part()
    print(len([path for path in ROOT.rglob("*") if path.is_file()]), "files")
