"""The story of the product: two customers are served, a staff member finds both."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from aftercare.staff.sessions import FIRST_EMAIL
from tests.browser.widget import Widget
from tests.stack import Stack


def test_portuguese_customer_reports_a_fault_and_staff_find_the_ticket(
    stack: Stack, phone: Page, page: Page, staff_password: str
) -> None:
    chat = Widget(phone, stack.settings.site_url, "pt")
    chat.open()
    chat.say("minha máquina de lavar não escoa a água <b>de jeito nenhum</b>")
    chat.hears("Qual máquina de lavar é?")
    chat.press("Lavadora Maré W700")
    chat.hears("A máquina não escoa a água")
    chat.press("Ir direto ao conserto")
    chat.hears("Quando você comprou?")
    chat.say("não, é a W900")
    expect(chat.log).to_contain_text("Mudei. Produto: Lavadora Maré W900")
    chat.hears("Quando você comprou?")
    chat.say("há dois anos")
    chat.hears("número de série")
    chat.press("Pular")
    chat.hears("Qual é o seu nome?")
    chat.say("Joana Prado")
    chat.hears("e-mail")
    chat.say("joana.prado@example.com")
    chat.hears("Confira", "Lavadora Maré W900", "<b>de jeito nenhum</b>")
    chat.press("Sim, enviar")
    chat.hears("O número do seu atendimento é")
    spoken = chat.bubbles.last.inner_text()
    number = re.search(r"\b\w{3}-\w{4}\b", spoken)
    assert number, spoken

    sign_in(page, stack, staff_password)
    page.get_by_role("link", name="Cases").click()
    page.get_by_role("link", name=number.group()).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number.group())
    main = page.get_by_role("main")
    expect(main).to_contain_text("não escoa a água <b>de jeito nenhum</b>")
    expect(main).to_contain_text("W900")
    expect(main).to_contain_text("joana.prado@example.com")


def test_english_customer_gets_the_descaling_steps_with_their_source(
    stack: Stack, page: Page, staff_password: str
) -> None:
    chat = Widget(page, stack.settings.site_url)
    chat.open()
    chat.say("how do I descale the coffee machine?")
    chat.hears("Descaling the machine", "WARNING", "1. Empty the drip tray")
    source = chat.bubbles.last.get_by_role("link")
    expect(source).to_contain_text("Aroma C200 Instruction Manual, Descaling the machine")
    with page.context.expect_page() as opened:
        source.click()
    manual = opened.value
    expect(manual.get_by_role("heading", name="Descaling the machine")).to_be_visible()
    expect(manual.get_by_role("main")).to_contain_text("Empty the drip tray")
    manual.close()
    chat.press("It worked")
    chat.hears("Glad")

    sign_in(page, stack, staff_password)
    page.goto(f"{stack.settings.site_url}/console/conversations")
    page.get_by_label("Words, customer or ticket number").fill("descale the coffee machine")
    page.get_by_label("Words, customer or ticket number").press("Enter")
    expect(page).to_have_url(re.compile("q=descale"))
    row = page.get_by_role("row").filter(has_text="It worked")
    row.get_by_role("link").first.click()
    transcript = page.get_by_role("main")
    expect(transcript).to_contain_text("how do I descale the coffee machine?")
    expect(transcript).to_contain_text("ask_usage")
    expect(transcript).to_contain_text("Descaling the machine")


def test_staff_follow_a_ticket_to_its_end(
    stack: Stack, page: Page, phone: Page, staff_password: str
) -> None:
    chat = Widget(page, stack.settings.site_url)
    chat.open()
    chat.say("I want to talk to a person please")
    chat.hears("What is it about")
    chat.say("the invoice shows another company's name")
    chat.hears("name")
    chat.say("Peter Lane")
    chat.hears("e-mail address or phone number")
    chat.say("peter.lane@example.com")
    chat.hears("Your ticket number is")
    number = re.search(r"\b\w{3}-\w{4}\b", chat.bubbles.last.inner_text())
    assert number

    sign_in(page, stack, staff_password)
    page.goto(f"{stack.settings.site_url}/console/tickets")
    page.get_by_role("link", name=number.group()).first.click()
    page.get_by_label("New status").select_option("in_progress")
    page.get_by_role("textbox", name="Note for colleagues").fill(
        "called back, sending a new invoice"
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("called back, sending a new invoice")

    again = Widget(phone, stack.settings.site_url)
    again.open()
    again.say(f"what is the status of {number.group().lower()}?")
    again.hears("which e-mail address or phone number")
    again.say("Peter.Lane@Example.com")
    expect(again.log).to_contain_text("is being worked on")
    again.hears("Would you like to add something")


def sign_in(page: Page, stack: Stack, password: str) -> None:
    page.goto(f"{stack.settings.site_url}/console/")
    page.get_by_label("E-mail").fill(FIRST_EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation").first).to_be_visible()
